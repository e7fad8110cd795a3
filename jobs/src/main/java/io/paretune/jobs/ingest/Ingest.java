package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.paretune.jobs.tables.RejectedSamplesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Warehouse;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Takes a benchmark's files into the warehouse. */
public final class Ingest {
  private Ingest() {}

  /**
   * What happened.
   *
   * @param version the samples' version, whether it was new or not
   * @param accepted questions it has
   * @param rejected rows left out
   * @param images different images it has
   * @param shards shards it is cut into
   * @param outcome whether anything was written
   */
  public record Report(
      String version, long accepted, long rejected, long images, int shards, Outcome outcome) {}

  /** Whether anything was written. */
  public enum Outcome {
    WRITTEN,
    /** The warehouse had exactly these samples. */
    UNCHANGED
  }

  /**
   * Reads, checks and writes. Repeating it with the same samples, in whatever order and files,
   * writes nothing.
   *
   * @param paths Parquet files, or directories of them, in their order
   * @throws io.paretune.udfs.problem.InvalidInputException as {@link SamplesReader#read}; nothing
   *     has been written then
   */
  public static Report run(
      SparkSession spark, Warehouse warehouse, List<String> paths, Intake intake) {
    return run(spark, warehouse, paths, intake, screened -> {});
  }

  /**
   * The same, with a check of the caller's before anything is written.
   *
   * @param check throws if the samples cannot be used
   */
  public static Report run(
      SparkSession spark,
      Warehouse warehouse,
      List<String> paths,
      Intake intake,
      Consumer<ScreenedSamples> check) {
    try (ScreenedSamples screened = SamplesReader.read(spark, paths, intake)) {
      check.accept(screened);
      warehouse.createTables(spark);
      SamplesTable samples = new SamplesTable(spark, warehouse);
      RejectedSamplesTable rejected = new RejectedSamplesTable(spark, warehouse);
      Outcome outcome = Outcome.UNCHANGED;
      if (!isThere(samples, rejected, screened)) {
        // The samples go last: a version that is there is there as a whole.
        rejected.write(screened.benchmark(), screened.version(), screened.rejected());
        samples.write(screened.benchmark(), screened.version(), screened.samples());
        outcome = Outcome.WRITTEN;
      }
      return new Report(
          screened.version(),
          screened.accepted(),
          screened.rejectedCount(),
          screened.images(),
          screened.shards(),
          outcome);
    }
  }

  private static boolean isThere(
      SamplesTable samples, RejectedSamplesTable rejected, ScreenedSamples screened) {
    Row known =
        samples
            .read(screened.benchmark(), screened.version())
            .agg(count(lit(1)), coalesce(max(col("shard")), lit(-1)))
            .head();
    return known.getLong(0) == screened.accepted()
        && known.getInt(1) + 1 == screened.shards()
        && rejected.read(screened.benchmark(), screened.version()).count()
            == screened.rejectedCount();
  }
}
