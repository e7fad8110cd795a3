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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
  private final Set<Integer> recorded = new HashSet<>(); // shards
  private final List<Outcome> outcomes = new ArrayList<>();
  private Tally tally = Tally.EMPTY;
  private double seconds;
  private int rung;
  private boolean beaten; // by the rungs so far
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

  /**
   * Takes up what an earlier run of the study recorded; where that had other rungs, one of today's
   * may be there in part. The others may have got on since, and a race against them may be lost at
   * fewer answers than there are: it is decided by all of them.
   */
  void resume(List<ShardResultRecord> rows) {
    for (ShardResultRecord row : rows) {
      waiting.put(row.shard(), List.of(ShardResults.answers(row, context.questions())));
      recorded.add(row.shard());
    }
    while (!isOver() && isRungFull()) {
      finishRung();
    }
    decide();
  }

  /**
   * Takes a shard's answers.
   *
   * @return rows of the rungs that are finished by it, without those that are recorded
   */
  List<ShardResultRecord> take(ShardJob.Answered shard) {
    waiting.put(shard.shard(), shard.answers());
    List<ShardResultRecord> rows = new ArrayList<>();
    while (!isOver() && isRungFull()) {
      rows.addAll(finishRung());
      decide();
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
        if (!recorded.contains(shard)) {
          rows.add(
              ShardResults.row(
                  context.study(), trialId, rung, context.split(), context.answering(), a));
        }
        own.addAll(a.outcomes());
        tally = tally.plus(Tally.of(a.outcomes()));
        seconds += a.seconds();
      }
      waiting.remove(shard);
    }
    outcomes.addAll(own);
    rung++;
    beaten = race.map(r -> r.isBeatenAfter(context.questions().gains(own))).orElse(false);
    return rows;
  }

  /** Stops a trial that is beaten, if all answers that are recorded count and some are not. */
  private void decide() {
    boolean last = rung == context.rungs().count();
    if (beaten && !last && waiting.keySet().stream().noneMatch(recorded::contains)) {
      Race.Rival leader = race.orElseThrow().leader();
      stop =
          String.format(
              Locale.ROOT,
              "beaten after %d of %d questions: trial %d, no larger, is ahead",
              tally.questions(),
              context.questions().questions(),
              leader.trialId());
    }
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
