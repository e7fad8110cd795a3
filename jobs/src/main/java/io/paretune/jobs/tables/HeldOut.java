package io.paretune.jobs.tables;

import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;

/**
 * What a trial scored on held-out questions.
 *
 * @param score answered as the benchmark's protocol asks
 * @param answering how that was
 * @param asSearched the score on the same questions answered as in the search; equal to {@code
 *     score} where that is the same
 */
public record HeldOut(double score, Answering answering, double asSearched) {
  public HeldOut {
    if (!(score >= 0 && score <= 1 && asSearched >= 0 && asSearched <= 1)) {
      throw new IllegalArgumentException(
          "scores are in [0, 1], were %s and %s".formatted(score, asSearched));
    }
  }

  /** A score of options that were compared in the search as well. */
  public static HeldOut ofOptions(double score) {
    return new HeldOut(score, Answering.of(EvaluationMode.OPTIONS), score);
  }
}
