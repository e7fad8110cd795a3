package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Estimate;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.LoadedLayers;
import io.paretune.udfs.spark.CandidateFailure;
import io.paretune.udfs.spark.ShardAnswers;
import java.util.List;
import java.util.Optional;

/** Answers as the tables have them. */
public final class ShardResults {
  private ShardResults() {}

  /** The row of one shard of one step of a trial. */
  public static ShardResultRecord row(
      String study,
      long trialId,
      int rung,
      String split,
      Answering answering,
      ShardAnswers answers) {
    return new ShardResultRecord(
        study,
        trialId,
        rung,
        answers.shard(),
        split,
        answering,
        answers.outcomes().stream().filter(Outcome::correct).count(),
        answers.outcomes().stream()
            .map(o -> new ShardResultRecord.Outcome(o.sampleId(), o.prediction(), o.credit()))
            .toList(),
        answers.seconds(),
        answers.executor(),
        answers.attempt());
  }

  /** The answers of a recorded shard; options' log-probabilities are not recorded. */
  static ShardAnswers answers(ShardResultRecord row, QuestionImages questions) {
    return new ShardAnswers(
        row.shard(),
        row.outcomes().stream()
            .map(o -> questions.recorded(o.sampleId(), o.prediction(), o.score()))
            .toList(),
        row.seconds(),
        row.executor(),
        row.attempt(),
        LoadedLayers.NONE,
        null);
  }

  /** Why a candidate could not be run, if a shard says that it could not. */
  public static Optional<CandidateFailure> failure(List<ShardAnswers> answers) {
    return answers.stream().flatMap(a -> a.failed().stream()).findFirst();
  }

  /**
   * Makes sure that a profile answered.
   *
   * @throws IllegalStateException if it cannot be run
   */
  public static void requireRun(List<ShardAnswers> answers) {
    failure(answers)
        .ifPresent(
            f -> {
              throw new IllegalStateException("the profile cannot be run: " + f.reason());
            });
  }

  /** What the outcomes of a trial are worth together. */
  public static TrialScore score(Benchmark benchmark, Tally tally) {
    Estimate score = benchmark.score(tally);
    return new TrialScore(
        score.value(),
        score.low(),
        score.high(),
        benchmark.scoreByBenchmark(tally),
        score.questions());
  }
}
