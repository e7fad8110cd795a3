package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.paretune.jobs.progress.StageProgress;
import io.paretune.jobs.tables.RejectedSamplesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.problem.Problems;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Takes a benchmark's files into the warehouse. */
public final class Ingest {
  private Ingest() {}

  /**
   * A benchmark to take in.
   *
   * @param paths Parquet or JSON Lines files, directories of them or patterns, in their order
   */
  public record Request(List<String> paths, Intake intake) {
    public Request {
      paths = List.copyOf(paths);
    }
  }

  /**
   * What happened.
   *
   * @param benchmark its name
   * @param version the samples' version, whether it was new or not
   * @param accepted questions it has
   * @param rejected rows left out
   * @param images different images it has
   * @param shards shards it is cut into
   * @param outcome whether anything was written
   * @param change against the benchmark's version before; none if it is the first
   */
  public record Report(
      String benchmark,
      String version,
      long accepted,
      long rejected,
      long images,
      int shards,
      Outcome outcome,
      Optional<VersionChange> change) {}

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
   * @param paths as {@link Request#paths}
   * @throws io.paretune.udfs.problem.InvalidInputException as {@link SamplesReader#read}; nothing
   *     has been written then
   */
  public static Report run(
      SparkSession spark, Warehouse warehouse, List<String> paths, Intake intake) {
    return run(spark, warehouse, List.of(new Request(paths, intake)), screened -> {}).get(0);
  }

  /**
   * The same of several benchmarks: all are checked, by the caller too, before anything is written.
   *
   * @param check throws if a benchmark's samples cannot be used
   */
  public static List<Report> run(
      SparkSession spark,
      Warehouse warehouse,
      List<Request> requests,
      Consumer<ScreenedSamples> check) {
    List<ScreenedSamples> all = new ArrayList<>();
    try {
      Problems problems = new Problems();
      for (Request request : requests) {
        ScreenedSamples screened =
            problems.collect(() -> SamplesReader.read(spark, request.paths(), request.intake()));
        if (screened != null) {
          all.add(screened);
          problems.collect(
              () -> {
                check.accept(screened);
                return screened;
              });
        }
      }
      problems.throwIfAny();
      warehouse.createTables(spark);
      return all.stream().map(screened -> write(spark, warehouse, screened)).toList();
    } finally {
      all.forEach(ScreenedSamples::close);
    }
  }

  private static Report write(SparkSession spark, Warehouse warehouse, ScreenedSamples screened) {
    SamplesTable samples = new SamplesTable(spark, warehouse);
    RejectedSamplesTable rejected = new RejectedSamplesTable(spark, warehouse);
    Outcome outcome = Outcome.UNCHANGED;
    Optional<VersionChange> change = Optional.empty();
    if (!isThere(samples, rejected, screened)) {
      Optional<String> before = samples.latestVersion(screened.benchmark());
      // The samples go last: a version that is there is there as a whole.
      rejected.write(screened.benchmark(), screened.version(), screened.rejected());
      StageProgress.during(
          spark.sparkContext(),
          "writing the samples of " + screened.benchmark(),
          () -> samples.write(screened.benchmark(), screened.version(), screened.samples()));
      outcome = Outcome.WRITTEN;
      change =
          before
              .filter(version -> !version.equals(screened.version()))
              .map(
                  version ->
                      VersionChange.between(
                          samples.read(screened.benchmark(), version),
                          samples.read(screened.benchmark(), screened.version())));
    }
    return new Report(
        screened.benchmark(),
        screened.version(),
        screened.accepted(),
        screened.rejectedCount(),
        screened.images(),
        screened.shards(),
        outcome,
        change);
  }

  /**
   * What a study of several benchmarks is scored on, in one word.
   *
   * @param versions by the benchmarks' names; of one benchmark it is its version
   */
  public static String version(SortedMap<String, String> versions) {
    if (versions.size() == 1) {
      return versions.values().iterator().next();
    }
    byte[] all = versions.toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(RowScreening.sha256().digest(all), 0, 8);
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
