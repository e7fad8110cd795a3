package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a benchmark's new version has that the one before had not, by the questions' ids.
 *
 * @param came questions that are new
 * @param left questions that are gone
 * @param changed questions that ask something else, or about another image
 */
public record VersionChange(long came, long left, long changed) {

  /**
   * Compares two versions.
   *
   * @param before rows of the {@code samples} table
   * @param now likewise
   */
  static VersionChange between(Dataset<Row> before, Dataset<Row> now) {
    Row counts =
        content(before)
            .as("before")
            .join(content(now).as("now"), "sample_id", "full")
            .select(
                count_if(col("before.content").isNull()),
                count_if(col("now.content").isNull()),
                count_if(col("before.content").notEqual(col("now.content"))))
            .head();
    return new VersionChange(counts.getLong(0), counts.getLong(1), counts.getLong(2));
  }

  /** Each question's version and id, and a hash of all that it asks. */
  static Dataset<Row> content(Dataset<Row> samples) {
    return samples.select(
        col("version"),
        col("sample_id"),
        xxhash64(
                col("image_id"),
                col("question"),
                col("hint"),
                col("options"),
                col("answers"),
                col("category"),
                col("metric"),
                col("group_id"),
                col("split"))
            .as("content"));
  }
}
