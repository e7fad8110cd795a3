package io.paretune.jobs.fanout;

import io.paretune.jobs.racing.Race;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.udfs.benchmark.Gains;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.spark.ShardAnswers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How far one trial has come: shards arrive in any order, rungs finish in theirs, and after each
 * the race is looked at. What is decided depends on the rungs alone, never on which shard was
 * faster.
 */
final class TrialCourse {
  private final TrialContext context;
  private final long trialId;
  private final Optional<Race> race;
  private final Map<Integer, List<ShardAnswers>> waiting = new HashMap<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private Tally tally = Tally.EMPTY;
  private double seconds;
  private int rung;
  private String stop = "";

  /**
   * At its start.
   *
   * @param race that may stop it; empty for a trial that is to be asked everything
   */
  TrialCourse(TrialContext context, long trialId, Optional<Race> race) {
    this.context = context;
    this.trialId = trialId;
    this.race = race;
  }

  /** Takes up the rungs that an earlier run of the study finished. */
  void resume(List<ShardResultRecord> recorded) {
    for (ShardResultRecord row : recorded) {
      waiting.put(row.shard(), List.of(ShardResults.answers(row, context.questions())));
    }
    while (!isOver() && isRungFull()) {
      finishRung();
    }
    waiting.clear(); // a rung is recorded whole; what is left belongs to a trial that was stopped
  }

  /**
   * Takes a shard's answers.
   *
   * @return rows of the rungs that are finished by it
   */
  List<ShardResultRecord> take(ShardJob.Answered shard) {
    waiting.put(shard.shard(), shard.answers());
    List<ShardResultRecord> rows = new ArrayList<>();
    while (!isOver() && isRungFull()) {
      rows.addAll(finishRung());
    }
    return rows;
  }

  private boolean isRungFull() {
    return waiting.keySet().containsAll(context.rungs().shards().get(rung));
  }

  private List<ShardResultRecord> finishRung() {
    List<ShardResultRecord> rows = new ArrayList<>();
    List<Outcome> own = new ArrayList<>();
    for (int shard : context.rungs().shards().get(rung)) {
      for (ShardAnswers a : waiting.getOrDefault(shard, List.of())) {
        rows.add(
            ShardResults.row(
                context.study(), trialId, rung, context.split(), context.answering(), a));
        own.addAll(a.outcomes());
        tally = tally.plus(Tally.of(a.outcomes()));
        seconds += a.seconds();
      }
      waiting.remove(shard);
    }
    outcomes.addAll(own);
    rung++;
    boolean last = rung == context.rungs().count();
    boolean beaten =
        race.map(r -> r.isBeatenAfter(context.questions().gains(own))).orElse(false) && !last;
    if (beaten) {
      Race.Rival leader = race.orElseThrow().leader();
      stop =
          String.format(
              Locale.ROOT,
              "beaten after %d of %d questions: trial %d, no larger, is ahead",
              tally.questions(),
              context.questions().questions(),
              leader.trialId());
    }
    return rows;
  }

  /** Shards that are still to be asked, in the order of their rungs. */
  List<Integer> unanswered() {
    return context.rungs().from(rung).stream().filter(s -> !waiting.containsKey(s)).toList();
  }

  /** Whether nothing is left to ask. */
  boolean isOver() {
    return isStopped() || rung == context.rungs().count();
  }

  boolean isStopped() {
    return !stop.isEmpty();
  }

  /** Why it was stopped. */
  String reason() {
    return stop;
  }

  /** What all finished rungs' answers add to the score. */
  Gains gains() {
    return context.questions().gains(outcomes);
  }

  /** Task time of the finished rungs. */
  double seconds() {
    return seconds;
  }

  /**
   * The score of the finished rungs.
   *
   * @throws IllegalStateException if a trial that is not stopped lacks answers
   */
  TrialScore score() {
    if (!isStopped() && tally.questions() != context.questions().questions()) {
      throw new IllegalStateException(
          "trial %d answered %d of %d questions"
              .formatted(trialId, tally.questions(), context.questions().questions()));
    }
    return ShardResults.score(context.questions().benchmark(), tally);
  }
}
