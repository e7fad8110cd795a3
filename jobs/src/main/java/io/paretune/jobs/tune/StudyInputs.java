package io.paretune.jobs.tune;

import static org.apache.spark.sql.functions.col;

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
import io.paretune.udfs.spark.EncodeImages;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.Models;
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
    ModelSource source = new ModelSource(config.model(), config.prunedLayerBytes());
    String modelId;
    DecoderShape shape;
    try (Checkpoint checkpoint = Checkpoint.open(Models.directory(config.model()))) {
      modelId = checkpoint.modelId();
      shape = DecoderShape.of(checkpoint);
    }
    Ingest.Report report =
        Ingest.run(
            spark,
            warehouse,
            config.benchmark().samples(),
            new Intake(
                config.benchmark().name(), config.study().shards(), Intake.DEFAULT_REJECTED_SHARE));
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

  /**
   * The questions of a split.
   *
   * @param key the configuration's key that names it
   * @throws InvalidInputException if there is none
   */
  public Dataset<Row> split(String key, String split) {
    Dataset<Row> rows = samples().where(col("split").equalTo(split));
    if (rows.isEmpty()) {
      throw new InvalidInputException(
          key,
          "the benchmark has no question of the split \"" + split + "\"",
          "its splits are "
              + String.join(
                  ", ",
                  samples().select("split").distinct().collectAsList().stream()
                      .map(r -> r.getString(0))
                      .sorted()
                      .toList()));
    }
    return rows;
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
