package io.paretune.jobs.report;

import java.util.OptionalDouble;

/**
 * A profile in the plane of memory and accuracy.
 *
 * @param label what a reader sees when pointing at it
 * @param memoryBytes weights and KV cache of the declared workload
 * @param score accuracy in [0, 1]
 * @param scoreLow lower end of the 95 % interval
 * @param scoreHigh upper end of the 95 % interval
 * @param heldOut accuracy on other, held-out questions, where it is to be shown beside the score
 */
public record PlotPoint(
    String label,
    long memoryBytes,
    double score,
    double scoreLow,
    double scoreHigh,
    OptionalDouble heldOut) {
  /** At 0 and 1 an interval's formula may miss the score by the last bit. */
  private static final double ROUNDING = 1e-9;

  public PlotPoint {
    if (!(scoreLow <= score + ROUNDING && score <= scoreHigh + ROUNDING)) {
      throw new IllegalArgumentException(
          "%s: a score lies in its interval, was %s in [%s, %s]"
              .formatted(label, score, scoreLow, scoreHigh));
    }
  }

  /** A point with one score. */
  public PlotPoint(
      String label, long memoryBytes, double score, double scoreLow, double scoreHigh) {
    this(label, memoryBytes, score, scoreLow, scoreHigh, OptionalDouble.empty());
  }
}
