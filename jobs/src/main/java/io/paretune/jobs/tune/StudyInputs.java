package io.paretune.jobs.tune;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;

import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.ingest.Ingest;
import io.paretune.jobs.ingest.Intake;
import io.paretune.jobs.tables.ImageFeaturesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.spark.EncodeImages;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.Models;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a study runs on: a model, and a version of a benchmark in a warehouse.
 *
 * @param spark the session
 * @param config the study's
 * @param warehouse where the tables are
 * @param source the model, as tasks find it
 * @param modelId the model, by its content's hash
 * @param footprint of the model under the declared workload
 * @param version of the benchmark
 */
public record StudyInputs(
    SparkSession spark,
    ParetuneConfig config,
    Warehouse warehouse,
    ModelSource source,
    String modelId,
    MemoryFootprint footprint,
    String version) {
  private static final Logger LOG = LoggerFactory.getLogger(StudyInputs.class);

  /**
   * Checks the model, takes the benchmark's files in and encodes the images that have no features
   * yet: everything that a study needs, and nothing that is there already.
   *
   * @throws InvalidInputException with what is wrong with the model or the files
   */
  public static StudyInputs prepare(SparkSession spark, ParetuneConfig config) {
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    warehouse.requireWritable(spark.sparkContext().hadoopConfiguration());
    ModelSource source = new ModelSource(config.model(), config.prunedLayerBytes());
    String modelId;
    DecoderShape shape;
    try (Checkpoint checkpoint = Checkpoint.open(Models.directory(config.model()))) {
      modelId = checkpoint.modelId();
      shape = DecoderShape.of(checkpoint);
    }
    requireRoom(shape, config);
    Ingest.Report report =
        Ingest.run(
            spark,
            warehouse,
            config.benchmark().samples(),
            new Intake(
                config.benchmark().name(), config.study().shards(), Intake.DEFAULT_REJECTED_SHARE),
            screened -> checkSplits(screened.samples(), config));
    LOG.info(
        "benchmark {}: {} questions on {} images{}",
        config.benchmark().name(),
        report.accepted(),
        report.images(),
        report.rejected() > 0 ? ", " + report.rejected() + " rows rejected" : "");
    StudyInputs inputs =
        new StudyInputs(
            spark,
            config,
            warehouse,
            source,
            modelId,
            new MemoryFootprint(shape, config.workload()),
            report.version());
    inputs.encode();
    return inputs;
  }

  /** A candidate may prune every layer, and its executor must hold all of them. */
  private static void requireRoom(DecoderShape shape, ParetuneConfig config) {
    long needed = shape.linearWeights() * Float.BYTES;
    if (needed > config.prunedLayerBytes()) {
      throw new InvalidInputException(
          "resident.pruned-layers",
          "is %,d bytes, and a candidate of this model needs up to %,d for its pruned layers"
              .formatted(config.prunedLayerBytes(), needed),
          "set it to at least that, times study.concurrency for candidates side by side");
    }
  }

  private static void checkSplits(Dataset<Row> samples, ParetuneConfig config) {
    BenchmarkConfig benchmark = config.benchmark();
    Problems problems = new Problems();
    Map<String, Boolean> open = new TreeMap<>(); // split -> has questions without options
    samples
        .groupBy("split")
        .agg(min(size(col("options"))))
        .collectAsList()
        .forEach(row -> open.put(row.getString(0), row.getInt(1) == 0));
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("benchmark.splits.calibration", benchmark.calibrationSplit());
    keys.put("benchmark.splits.search", benchmark.searchSplit());
    keys.put("benchmark.splits.held-out", benchmark.heldOutSplit());
    keys.forEach(
        (key, split) -> {
          if (!open.containsKey(split)) {
            problems.add(
                key,
                "the benchmark has no question of the split \"" + split + "\"",
                "its splits are " + String.join(", ", open.keySet()));
          } else if (!key.endsWith("calibration") && Boolean.TRUE.equals(open.get(split))) {
            problems.add(
                key,
                "the split \"" + split + "\" has questions without options",
                "a search scores options: leave open questions out of its splits");
          }
        });
    if (benchmark.heldOutSplit().equals(benchmark.searchSplit())) {
      problems.add(
          "benchmark.splits.held-out",
          "is the split that is searched on: \"" + benchmark.searchSplit() + "\"",
          "name questions that the search does not see");
    }
    problems.throwIfAny();
  }

  /** Encodes the benchmark's images that have no features under the model yet. */
  private void encode() {
    ImageFeaturesTable features = new ImageFeaturesTable(spark, warehouse);
    Dataset<Row> missing = features.missing(modelId, samples());
    long images = missing.count();
    if (images == 0) {
      return;
    }
    LOG.info("encoding {} images", images);
    features.add(
        modelId,
        missing
            .repartition(spark.sparkContext().defaultParallelism())
            .mapPartitions(new EncodeImages(source), Encoders.row(ImageFeaturesTable.SCHEMA)));
  }

  /** All the benchmark's questions. */
  public Dataset<Row> samples() {
    return new SamplesTable(spark, warehouse).read(config.benchmark().name(), version);
  }

  /** The questions of a split; {@link #prepare} made sure that the configured ones have some. */
  public Dataset<Row> split(String split) {
    return samples().where(col("split").equalTo(split));
  }

  /** Questions with their images' features, spread over their shards. */
  public ShardedBenchmark sharded(Dataset<Row> questions) {
    Dataset<Row> features =
        new ImageFeaturesTable(spark, warehouse).read(modelId).select("image_id", "features");
    return ShardedBenchmark.of(
        questions.drop("image").join(features, "image_id"),
        config.study().shards(),
        source,
        new GenericBenchmark(config.benchmark().name()),
        config.evaluation().batch());
  }
}
