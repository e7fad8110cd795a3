package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.spark.ShardAnswers;
import java.util.List;

/** A shard's answers as a row of {@code shard_results}. */
public final class ShardResults {
  private ShardResults() {}

  /** The row of one shard of one step of a trial. */
  public static ShardResultRecord row(
      String study, long trialId, int rung, String split, ShardAnswers answers) {
    return new ShardResultRecord(
        study,
        trialId,
        rung,
        answers.shard(),
        split,
        answers.outcomes().stream().filter(Outcome::correct).count(),
        answers.outcomes().stream()
            .map(
                o ->
                    new ShardResultRecord.Outcome(
                        o.sampleId(), o.prediction(), o.correct() ? 1 : 0))
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
            .map(
                o ->
                    new Outcome(
                        o.sampleId(),
                        questions.image(o.sampleId()),
                        o.prediction(),
                        o.score() > 0,
                        List.of()))
            .toList(),
        row.seconds(),
        row.executor(),
        row.attempt(),
        "");
  }
}
