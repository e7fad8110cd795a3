package io.paretune.jobs.tables;

import java.util.Map;

/**
 * What a trial answered right.
 *
 * @param score share of the questions, in [0, 1]
 * @param low lower end of the 95 % confidence interval
 * @param high its upper end
 * @param byBenchmark each benchmark's own score
 * @param samples how many questions were asked
 */
public record TrialScore(
    double score, double low, double high, Map<String, Double> byBenchmark, long samples) {
  /** At 0 and 1 an interval's formula may miss the score by the last bit. */
  private static final double ROUNDING = 1e-9;

  public TrialScore {
    byBenchmark = Map.copyOf(byBenchmark);
    if (!(score >= 0 && score <= 1 && low <= score + ROUNDING && score <= high + ROUNDING)) {
      throw new IllegalArgumentException(
          "a score lies in [0, 1] and in its interval, was %s in [%s, %s]"
              .formatted(score, low, high));
    }
    if (samples < 1) {
      throw new IllegalArgumentException("a score needs questions, was of " + samples);
    }
  }
}
