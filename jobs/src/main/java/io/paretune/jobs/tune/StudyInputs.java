package io.paretune.jobs.tune;

import static org.apache.spark.sql.functions.col;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.frontier.Run;
import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.ingest.Ingest;
import io.paretune.jobs.ingest.IngestProgram;
import io.paretune.jobs.progress.StageProgress;
import io.paretune.jobs.subset.SearchCoreset;
import io.paretune.jobs.tables.ImageFeaturesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.VisionMatrix;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.spark.EncodeImages;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.Models;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a study runs on: a model, and a version of each benchmark in a warehouse.
 *
 * @param spark the session
 * @param config the study's
 * @param warehouse where the tables are
 * @param source the model, as tasks find it
 * @param modelId the model, by its content's hash and, if that is not fp32, what it computes in
 * @param footprint of the model under the declared workload
 * @param versions of the benchmarks, by their names
 */
public record StudyInputs(
    SparkSession spark,
    ParetuneConfig config,
    Warehouse warehouse,
    ModelSource source,
    String modelId,
    MemoryFootprint footprint,
    SortedMap<String, String> versions) {
  private static final Logger LOG = LoggerFactory.getLogger(StudyInputs.class);

  /** So many that a slot which ends early has more to do, and that a lost one costs little. */
  private static final long TASKS_PER_SLOT = 4;

  /**
   * Checks the model, takes the benchmark's files in and encodes the images that have no features
   * yet: everything that a study needs, and nothing that is there already.
   *
   * @throws InvalidInputException with what is wrong with the model or the files
   */
  public static StudyInputs prepare(SparkSession spark, ParetuneConfig config) {
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    warehouse.requireWritable(spark.sparkContext().hadoopConfiguration());
    LOG.info("checking the model {}", config.model());
    String checkpointId;
    DecoderShape shape;
    ModelConfig model;
    long visionWeights;
    try (Checkpoint checkpoint = Checkpoint.open(Models.directory(config.model()))) {
      checkpointId = checkpoint.modelId();
      shape = DecoderShape.of(checkpoint);
      model = checkpoint.config();
      visionWeights =
          VisionMatrix.of(checkpoint).stream().mapToLong(m -> (long) m.rows() * m.columns()).sum();
    }
    ModelSource source =
        new ModelSource(
            config.model(),
            checkpointId,
            config.device(),
            config.type(),
            config.prunedLayerBytes());
    AwaitedExecutors.watch(spark.sparkContext());
    ComputeType type = source.type(spark.sparkContext().conf());
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    SearchMemory memory =
        new SearchMemory(
            shape,
            visionWeights,
            config,
            model.imageTokens(),
            model.text().vocabSize(),
            type,
            source.usesGpus(context.getConf()));
    ModelSource checked = StudyRoom.require(context, source, memory);
    List<Ingest.Report> reports =
        Ingest.run(
            spark,
            warehouse,
            IngestProgram.requests(config),
            new SamplesCheck(config, () -> ShardHeap.of(context, memory)));
    SortedMap<String, String> versions = new TreeMap<>();
    for (Ingest.Report report : reports) {
      versions.put(report.benchmark(), report.version());
      LOG.info(
          "benchmark {}: {} questions on {} images{}",
          report.benchmark(),
          report.accepted(),
          report.images(),
          report.rejected() > 0 ? ", " + report.rejected() + " rows rejected" : "");
    }
    StudyInputs inputs =
        new StudyInputs(
            spark,
            config,
            warehouse,
            checked,
            type.modelId(checkpointId),
            new MemoryFootprint(shape, config.workload()),
            versions);
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
    int tasks = (int) Math.min(images, TASKS_PER_SLOT * spark.sparkContext().defaultParallelism());
    Dataset<Row> encoded =
        missing
            .repartition(tasks)
            .mapPartitions(new EncodeImages(source), Encoders.row(ImageFeaturesTable.SCHEMA));
    StageProgress.during(
        spark.sparkContext(),
        "encoding " + images + " images",
        () -> features.add(modelId, encoded));
  }

  /**
   * The same on what a run of the study was scored on, whatever was taken in since.
   *
   * @throws InvalidInputException if the model or the workload is another than the run's, or the
   *     warehouse does not have its questions any more
   */
  StudyInputs on(Run run) {
    String study = config.study().name();
    Yardstick then = run.yardstick();
    if (then.equals(yardstick())) {
      return this;
    }
    String remedy = "run retune first: it scores the frontier's points again";
    Problems problems = new Problems();
    if (!then.modelId().equals(modelId)) {
      problems.add(
          new OtherModel(modelId, then.modelId())
              .problem("run %s of study \"%s\"".formatted(run.id(), study), remedy));
    }
    if (!then.workload().equals(footprint.workload())) {
      problems.add(
          "workload",
          "is %s; run %s of study \"%s\" was scored with %s"
              .formatted(footprint.workload(), run.id(), study, then.workload()),
          remedy);
    }
    problems.throwIfAny();
    return withSamples(then.benchmarkVersion(), "run " + run.id());
  }

  /**
   * The same on earlier samples, which are in the warehouse.
   *
   * @param earlier as {@link #version}
   * @param whose what was scored on them, as a message calls it
   * @throws InvalidInputException if the warehouse does not have them any more
   */
  public StudyInputs withSamples(String earlier, String whose) {
    if (earlier.equals(version())) {
      return this;
    }
    LOG.info("the samples changed since {}: its own are taken", whose);
    return AskedQuestions.versions(
            new SamplesTable(spark, warehouse), new TreeSet<>(versions.keySet()), earlier)
        .map(own -> new StudyInputs(spark, config, warehouse, source, modelId, footprint, own))
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "benchmark.samples",
                    "changed since %s, whose questions are not in %s any more"
                        .formatted(whose, warehouse.root()),
                    "run retune first: it scores the frontier's points again"));
  }

  /** How questions are asked and judged. */
  public Benchmark benchmark() {
    return config.benchmark().benchmark();
  }

  /** What trials are scored on: the benchmark's version, or a hash of several. */
  public String version() {
    return Ingest.version(versions);
  }

  /** What trials of today are measured by. */
  public Yardstick yardstick() {
    return new Yardstick(modelId, version(), footprint.workload());
  }

  /** All questions; those of several benchmarks are told apart by their benchmark's name. */
  public Dataset<Row> samples() {
    return AskedQuestions.rows(new SamplesTable(spark, warehouse), versions);
  }

  /** The questions of a split; {@link #prepare} made sure that the configured ones have some. */
  public Dataset<Row> split(String split) {
    return samples().where(col("split").equalTo(split));
  }

  /** The questions of the search split that a search asks. */
  public Dataset<Row> searchQuestions() {
    return SearchCoreset.of(
        config.benchmark().coreset(),
        split(config.benchmark().searchSplit()),
        () -> new ImageFeaturesTable(spark, warehouse).read(modelId));
  }

  /** The sample ids of {@link #searchQuestions}. */
  public Set<String> searchQuestionIds() {
    return searchQuestions().select("sample_id").collectAsList().stream()
        .map(row -> row.getString(0))
        .collect(Collectors.toSet());
  }

  /**
   * Questions with their images' features, spread over their shards; with the files as well where
   * the study's candidates may see images otherwise than the dense model.
   */
  public ShardedBenchmark sharded(Dataset<Row> questions) {
    return config.study().space().prunesVision()
        ? shardedWithFiles(questions)
        : sharded(questions, features());
  }

  /** Questions with their images' features and files, for any candidate. */
  public ShardedBenchmark shardedWithFiles(Dataset<Row> questions) {
    Dataset<Row> files = questions.select("image_id", "image").dropDuplicates("image_id");
    return sharded(questions, features().join(files, "image_id")).withFiles();
  }

  private Dataset<Row> features() {
    return new ImageFeaturesTable(spark, warehouse).read(modelId).select("image_id", "features");
  }

  private ShardedBenchmark sharded(Dataset<Row> questions, Dataset<Row> images) {
    return ShardedBenchmark.of(
        questions,
        images,
        config.study().shards(),
        source,
        benchmark(),
        config.evaluation().batch());
  }
}
