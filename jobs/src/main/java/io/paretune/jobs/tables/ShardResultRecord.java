package io.paretune.jobs.tables;

import io.paretune.udfs.evaluate.Answering;
import java.util.List;

/**
 * A candidate's answers to one shard of the benchmark.
 *
 * @param study the search
 * @param trialId the candidate
 * @param rung the step of the trial in which these questions were asked, from 0
 * @param shard the part of the benchmark
 * @param split what the questions are for
 * @param answering how they were answered
 * @param correct how many were answered right
 * @param outcomes one for each question
 * @param seconds time the task took
 * @param executor who ran it
 * @param attempt Spark's number of the task's attempt, from 0
 */
public record ShardResultRecord(
    String study,
    long trialId,
    int rung,
    int shard,
    String split,
    Answering answering,
    long correct,
    List<Outcome> outcomes,
    double seconds,
    String executor,
    int attempt) {
  public ShardResultRecord {
    outcomes = List.copyOf(outcomes);
    if (trialId < 0 || rung < 0 || shard < 0 || attempt < 0) {
      throw new IllegalArgumentException(
          "trial, rung, shard and attempt start at 0, were %d, %d, %d and %d"
              .formatted(trialId, rung, shard, attempt));
    }
    if (correct < 0 || correct > outcomes.size()) {
      throw new IllegalArgumentException(
          "trial %d, shard %d: %d of %d questions cannot be right"
              .formatted(trialId, shard, correct, outcomes.size()));
    }
  }

  /** How many questions were asked. */
  public long total() {
    return outcomes.size();
  }

  /**
   * The answer to one question.
   *
   * @param sampleId the question
   * @param prediction what was answered
   * @param score what the answer is worth, in [0, 1]
   */
  public record Outcome(String sampleId, String prediction, double score) {
    public Outcome {
      if (!(score >= 0 && score <= 1)) {
        throw new IllegalArgumentException(
            "sample %s: score must be in [0, 1], was %s".formatted(sampleId, score));
      }
    }
  }
}
