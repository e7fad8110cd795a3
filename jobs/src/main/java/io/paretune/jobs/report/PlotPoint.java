package io.paretune.jobs.report;

/**
 * A profile in the plane of memory and accuracy.
 *
 * @param label what a reader sees when pointing at it
 * @param memoryBytes weights and KV cache of the declared workload
 * @param score accuracy in [0, 1]
 * @param scoreLow lower end of the 95 % interval
 * @param scoreHigh upper end of the 95 % interval
 */
public record PlotPoint(
    String label, long memoryBytes, double score, double scoreLow, double scoreHigh) {

  public PlotPoint {
    if (!(scoreLow <= score && score <= scoreHigh)) {
      throw new IllegalArgumentException(
          "%s: a score lies in its interval, was %s in [%s, %s]"
              .formatted(label, score, scoreLow, scoreHigh));
    }
  }
}
