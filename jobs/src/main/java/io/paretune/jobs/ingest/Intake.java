package io.paretune.jobs.ingest;

/**
 * How samples files are taken in.
 *
 * @param benchmark the name that the samples get
 * @param shards parts to cut the benchmark into
 * @param maximumRejectedShare share of rows, in [0, 1], that may be unusable before nothing is
 *     taken at all
 */
public record Intake(String benchmark, int shards, double maximumRejectedShare) {
  /** The share that {@code ingest} allows unless told otherwise. */
  public static final double DEFAULT_REJECTED_SHARE = 0.01;

  public Intake {
    if (benchmark.isBlank()) {
      throw new IllegalArgumentException("a benchmark has a name");
    }
    if (shards < 1) {
      throw new IllegalArgumentException("a benchmark has at least one shard, was " + shards);
    }
    if (!(maximumRejectedShare >= 0 && maximumRejectedShare <= 1)) {
      throw new IllegalArgumentException(
          "the share of rejected rows must be in [0, 1], was " + maximumRejectedShare);
    }
  }

  /** Takes every row or nothing. */
  public static Intake strict(String benchmark, int shards) {
    return new Intake(benchmark, shards, 0);
  }
}
