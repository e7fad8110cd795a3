package io.paretune.jobs.ingest;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import java.io.Serializable;

/**
 * How samples files are taken in.
 *
 * @param benchmark the name that the samples get
 * @param format what the files hold
 * @param shards parts to cut the benchmark into
 * @param maximumRejectedShare share of rows, in [0, 1], that may be unusable before nothing is
 *     taken at all
 * @param images where image files that rows name by a path are, or Parquet files of images by id;
 *     empty for the folder of the samples file
 * @param splitShares how questions whose file has no split are shared out; may be none
 * @param prompts whether the study's model can take the questions
 */
public record Intake(
    String benchmark,
    BenchmarkFormat format,
    int shards,
    double maximumRejectedShare,
    String images,
    SplitShares splitShares,
    PromptCheck prompts)
    implements Serializable {

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

  /** The project's own format, with its images and splits. */
  public Intake(String benchmark, int shards, double maximumRejectedShare) {
    this(
        benchmark,
        BenchmarkFormat.GENERIC,
        shards,
        maximumRejectedShare,
        "",
        SplitShares.NONE,
        PromptCheck.NONE);
  }

  /** Takes every row or nothing. */
  public static Intake strict(String benchmark, int shards) {
    return new Intake(benchmark, shards, 0);
  }
}
