package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.paretune.jobs.ingest.KnownScreenings.Begun;
import io.paretune.jobs.ingest.KnownScreenings.Found;
import io.paretune.jobs.progress.StageProgress;
import io.paretune.jobs.tables.RejectedSamplesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.problem.Problems;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a benchmark's files into the warehouse. */
public final class Ingest {
  private static final Logger LOG = LoggerFactory.getLogger(Ingest.class);

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
   * writes nothing; with the same files it reads nothing either.
   *
   * @param paths as {@link Request#paths}
   * @throws io.paretune.udfs.problem.InvalidInputException as {@link SamplesReader#read}; nothing
   *     has been written then
   */
  public static Report run(
      SparkSession spark, Warehouse warehouse, List<String> paths, Intake intake) {
    return run(spark, warehouse, List.of(new Request(paths, intake)), (name, samples) -> {}).get(0);
  }

  /**
   * The same of several benchmarks: all are checked, by the caller too, before anything is written.
   *
   * @param check throws if samples of the benchmark of this name cannot be used
   */
  public static List<Report> run(
      SparkSession spark,
      Warehouse warehouse,
      List<Request> requests,
      BiConsumer<String, Dataset<Row>> check) {
    KnownScreenings known =
        new KnownScreenings(
            warehouse, spark.sparkContext().hadoopConfiguration(), Clock.systemUTC());
    List<ScreenedSamples> open = new ArrayList<>();
    Taking taking = new Taking(spark, warehouse, known, check, open);
    try {
      List<Supplier<Report>> writes = new ArrayList<>();
      Problems problems = new Problems();
      for (Request request : requests) {
        problems.collect(() -> writes.add(taking.checked(request)));
      }
      problems.throwIfAny();
      warehouse.createTables(spark);
      return writes.stream().map(Supplier::get).toList();
    } finally {
      open.forEach(ScreenedSamples::close);
    }
  }

  /**
   * One benchmark after the other.
   *
   * @param open takes what must be closed
   */
  private record Taking(
      SparkSession spark,
      Warehouse warehouse,
      KnownScreenings known,
      BiConsumer<String, Dataset<Row>> check,
      List<ScreenedSamples> open) {

    /** Reads a benchmark, unless it is known, and checks it; what is returned writes it. */
    Supplier<Report> checked(Request request) {
      String name = request.intake().benchmark();
      Optional<Begun> begun = known.begin(request);
      Optional<Found> before =
          begun.flatMap(known::find).filter(found -> isThere(spark, warehouse, name, found));
      if (before.isPresent()) {
        Found found = before.get();
        check.accept(name, new SamplesTable(spark, warehouse).read(name, found.version()));
        return () -> report(name, found, Outcome.UNCHANGED, Optional.empty());
      }
      LOG.info("reading the samples of {}", name);
      ScreenedSamples screened = SamplesReader.read(spark, request.paths(), request.intake());
      open.add(screened);
      check.accept(name, screened.samples());
      return () -> {
        Report report = write(spark, warehouse, screened);
        begun.ifPresent(b -> known.keep(request, b, screened));
        return report;
      };
    }
  }

  private static Report write(SparkSession spark, Warehouse warehouse, ScreenedSamples screened) {
    SamplesTable samples = new SamplesTable(spark, warehouse);
    RejectedSamplesTable rejected = new RejectedSamplesTable(spark, warehouse);
    Outcome outcome = Outcome.UNCHANGED;
    Optional<VersionChange> change = Optional.empty();
    if (!isThere(spark, warehouse, screened.benchmark(), screened.found())) {
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
    return report(screened.benchmark(), screened.found(), outcome, change);
  }

  private static Report report(
      String benchmark, Found found, Outcome outcome, Optional<VersionChange> change) {
    return new Report(
        benchmark,
        found.version(),
        found.accepted(),
        found.rejected(),
        found.images(),
        found.shards(),
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
    return Sha256.name(versions.toString());
  }

  private static boolean isThere(
      SparkSession spark, Warehouse warehouse, String benchmark, Found found) {
    SamplesTable samples = new SamplesTable(spark, warehouse);
    RejectedSamplesTable rejected = new RejectedSamplesTable(spark, warehouse);
    if (!samples.exists() || !rejected.exists()) {
      return false;
    }
    Row known =
        samples
            .read(benchmark, found.version())
            .agg(count(lit(1)), coalesce(max(col("shard")), lit(-1)))
            .head();
    return known.getLong(0) == found.accepted()
        && known.getInt(1) + 1 == found.shards()
        && rejected.read(benchmark, found.version()).count() == found.rejected();
  }
}
