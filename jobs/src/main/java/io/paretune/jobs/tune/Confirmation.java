package io.paretune.jobs.tune;

import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.fanout.ShardResults;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.progress.LinePace;
import io.paretune.jobs.progress.TimeLeft;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.CandidateFailure;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.ShardAnswers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores trials on held-out questions, which the search never saw: a frontier's points were picked
 * for their score on the search's questions, so that score flatters them. The questions are
 * answered as {@code benchmark.answering.confirm} says and, where that is another way for any of
 * them, as in the search as well. What was answered before is not asked again.
 */
public final class Confirmation {
  private static final Logger LOG = LoggerFactory.getLogger(Confirmation.class);

  /** Between two lines of progress at least. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  private final StudyInputs inputs;
  private final Function<CompressionProfile, CandidateSpec> candidateOf;
  private final String split;
  private final AskedQuestions asked;
  private final Dataset<Row> questions;
  private final Answering confirming;
  private final Answering searching;
  private final Runnable mayWrite;
  private final Clock clock;
  private final LinePace pace = new LinePace(QUIET, Instant.EPOCH);

  /**
   * Sets up a confirmation of one study's trials.
   *
   * @param candidateOf adds what tasks need to prune
   * @param mayWrite called before each write; throws if this process may not write any more
   * @param clock tells how long the rest will take
   */
  public Confirmation(
      StudyInputs inputs,
      Function<CompressionProfile, CandidateSpec> candidateOf,
      Runnable mayWrite,
      Clock clock) {
    this.mayWrite = mayWrite;
    this.clock = clock;
    this.inputs = inputs;
    this.candidateOf = candidateOf;
    this.split = inputs.config().benchmark().heldOutSplit();
    this.questions = inputs.split(split);
    this.asked = AskedQuestions.of(questions);
    BenchmarkConfig config = inputs.config().benchmark();
    this.confirming = config.confirming().on(inputs.benchmark(), asked.byId().values());
    this.searching = config.searching().on(inputs.benchmark(), asked.byId().values());
  }

  /**
   * What was found.
   *
   * @param scores on held-out questions, by trial
   * @param comparison of the two ways of answering, as text; empty where they are one
   */
  public record Result(Map<Long, TrialScore> scores, String comparison) {}

  /** Scores trials of the study and records it. */
  public Result run(List<TrialRecord> trials) {
    Map<Long, TrialScore> confirmed = scores(trials, confirming);
    Map<Long, TrialScore> asSearched =
        searching.equals(confirming) ? confirmed : scores(trials, searching);
    List<TrialRecord> unrecorded = new ArrayList<>();
    List<AnsweringComparison.Line> lines = new ArrayList<>();
    for (TrialRecord trial : trials) {
      TrialScore score = Objects.requireNonNull(confirmed.get(trial.trialId()));
      TrialScore cheap = Objects.requireNonNull(asSearched.get(trial.trialId()));
      HeldOut heldOut = new HeldOut(score.score(), confirming, cheap.score());
      lines.add(new AnsweringComparison.Line(trial.trialId(), score, cheap));
      if (!trial.heldOut().equals(Optional.of(heldOut))) {
        unrecorded.add(trial.confirmed(heldOut));
      }
    }
    mayWrite.run();
    new TrialsTable(inputs.spark(), inputs.warehouse()).upsert(unrecorded);
    return new Result(
        confirmed,
        searching.equals(confirming) || lines.isEmpty()
            ? ""
            : new AnsweringComparison(confirming, searching, lines).text());
  }

  private Map<Long, TrialScore> scores(List<TrialRecord> trials, Answering answering) {
    ShardResultsTable results = new ShardResultsTable(inputs.spark(), inputs.warehouse());
    Map<Long, List<ShardResultRecord>> known =
        new HashMap<>(
            results.ofTrials(
                inputs.config().study().name(),
                split,
                answering,
                trials.stream().map(TrialRecord::trialId).collect(Collectors.toSet())));
    List<TrialRecord> open = trials.stream().filter(t -> !known.containsKey(t.trialId())).toList();
    if (!open.isEmpty()) {
      ask(open, answering, results, known);
    }
    Map<Long, TrialScore> scores = new LinkedHashMap<>();
    for (TrialRecord trial : trials) {
      scores.put(trial.trialId(), score(trial, known.getOrDefault(trial.trialId(), List.of())));
    }
    return scores;
  }

  private void ask(
      List<TrialRecord> open,
      Answering answering,
      ShardResultsTable results,
      Map<Long, List<ShardResultRecord>> known) {
    ShardedBenchmark benchmark = inputs.sharded(questions);
    JavaRDD<PreparedShard> prepared = benchmark.prepared().persist(StorageLevel.MEMORY_AND_DISK());
    LOG.info(
        "confirming {} profiles on {} held-out questions, answered by {}",
        open.size(),
        asked.byId().size(),
        answering.key());
    Instant started = clock.instant();
    int before = known.size();
    List<String> failed = new ArrayList<>();
    try {
      new ProfileAnswers(
              benchmark, prepared, candidateOf, answering, inputs.config().study().concurrency())
          .forEach(
              open,
              (trial, answers) -> {
                Optional<String> failure =
                    ShardResults.failure(answers).map(CandidateFailure::reason);
                if (failure.isPresent()) {
                  failed.add(
                      "trial %d cannot be confirmed: %s".formatted(trial.trialId(), failure.get()));
                  return;
                }
                List<ShardResultRecord> rows = rows(trial, answering, answers);
                mayWrite.run();
                results.append(writer(trial, answering), 0, rows);
                known.put(trial.trialId(), rows);
                say(known.size() - before, open.size(), started);
              });
    } finally {
      prepared.unpersist();
    }
    if (!failed.isEmpty()) {
      throw new IllegalStateException(String.join("; ", failed));
    }
  }

  /** Of one trial's held-out answers: whoever writes them a second time adds nothing. */
  private String writer(TrialRecord trial, Answering answering) {
    return String.join("/", trial.study(), String.valueOf(trial.trialId()), split, answering.key());
  }

  private List<ShardResultRecord> rows(
      TrialRecord trial, Answering answering, List<ShardAnswers> answers) {
    return answers.stream()
        .map(a -> ShardResults.row(trial.study(), trial.trialId(), 0, split, answering, a))
        .toList();
  }

  private void say(int done, int profiles, Instant started) {
    Instant now = clock.instant();
    if (done == profiles || pace.isDue(now)) {
      LOG.info(
          "{} of {} profiles confirmed, {}",
          done,
          profiles,
          TimeLeft.text(Duration.between(started, now), done, profiles));
    }
  }

  private TrialScore score(TrialRecord trial, List<ShardResultRecord> rows) {
    Benchmark benchmark = inputs.benchmark();
    Tally tally = asked.tally(benchmark, rows);
    if (tally.questions() != asked.byId().size()) {
      throw new IllegalStateException(
          "trial %d answered %d of %d held-out questions"
              .formatted(trial.trialId(), tally.questions(), asked.byId().size()));
    }
    return ShardResults.score(benchmark, tally);
  }
}
