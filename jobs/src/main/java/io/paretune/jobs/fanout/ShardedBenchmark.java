package io.paretune.jobs.fanout;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.VisionStatistics;
import io.paretune.udfs.spark.CalibrateShard;
import io.paretune.udfs.spark.CalibrateVision;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.EvaluateShard;
import io.paretune.udfs.spark.ModelSource;
import io.paretune.udfs.spark.PrepareShard;
import io.paretune.udfs.spark.ShardAnswers;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * A benchmark's questions over the cluster: one partition a shard, all questions of an image in one
 * of them.
 *
 * @param questions sample rows by shard, without images
 * @param images each once, in the shard of its questions, as a file or as features
 * @param source the model
 * @param benchmark asks and judges
 * @param batch questions wanted in a forward
 * @param kept what of the images stays with prepared shards
 */
public record ShardedBenchmark(
    JavaRDD<Row> questions,
    JavaRDD<Row> images,
    ModelSource source,
    Benchmark benchmark,
    int batch,
    PrepareShard.Kept kept) {

  /**
   * Spreads a benchmark over its shards.
   *
   * @param questions with the columns of the {@code samples} table
   * @param images {@code image_id} with its file or its {@code features}
   * @param shards how many there are; partition i holds shard i
   */
  public static ShardedBenchmark of(
      Dataset<Row> questions,
      Dataset<Row> images,
      int shards,
      ModelSource source,
      Benchmark benchmark,
      int batch) {
    Dataset<Row> places = questions.select("image_id", "shard").distinct();
    return new ShardedBenchmark(
        byShard(questions.drop("image"), shards),
        byShard(images.join(places, "image_id"), shards),
        source,
        benchmark,
        batch,
        PrepareShard.Kept.FEATURES);
  }

  /**
   * The same, of samples that come with their image files.
   *
   * @param samples with the columns of the {@code samples} table
   */
  public static ShardedBenchmark of(
      Dataset<Row> samples, int shards, ModelSource source, Benchmark benchmark, int batch) {
    return new ShardedBenchmark(
        byShard(samples.drop("image"), shards),
        byShard(samples.select("image_id", "shard", "image").dropDuplicates("image_id"), shards),
        source,
        benchmark,
        batch,
        PrepareShard.Kept.FEATURES);
  }

  private static JavaRDD<Row> byShard(Dataset<Row> rows, int shards) {
    JavaPairRDD<Integer, Row> byShard =
        rows.toJavaRDD()
            .mapToPair(row -> new Tuple2<>(row.<Integer>getAs("shard"), row))
            .partitionBy(new HashPartitioner(shards)); // an Integer's hash is itself
    return byShard.values();
  }

  /** The same, its prepared shards with the files of their images, which must have some. */
  public ShardedBenchmark withFiles() {
    return new ShardedBenchmark(
        questions, images, source, benchmark, batch, PrepareShard.Kept.FEATURES_AND_FILES);
  }

  /** The same, its rows kept by the executors; reads them now. */
  public ShardedBenchmark loaded() {
    JavaRDD<Row> asked = questions.persist(StorageLevel.MEMORY_AND_DISK());
    JavaRDD<Row> shown = images.persist(StorageLevel.MEMORY_AND_DISK());
    asked.count();
    shown.count();
    return new ShardedBenchmark(asked, shown, source, benchmark, batch, kept);
  }

  /** The shards ready for candidates; decoded, encoded and tokenized when they are first used. */
  public JavaRDD<PreparedShard> prepared() {
    return questions.zipPartitions(images, new PrepareShard(source, benchmark, kept));
  }

  /** A candidate's answers on every shard that holds questions. */
  public List<ShardAnswers> answers(
      JavaRDD<PreparedShard> prepared, CandidateSpec candidate, Answering answering) {
    return prepared
        .mapPartitions(new EvaluateShard(source, benchmark, candidate, answering, batch))
        .collect();
  }

  /**
   * Prepared shards, and how a task answers one of them.
   *
   * @param answering how questions are answered
   * @param candidateOf adds what tasks need to prune
   */
  public ShardFanout<PreparedShard> fanout(
      JavaRDD<PreparedShard> prepared,
      Function<CompressionProfile, CandidateSpec> candidateOf,
      Answering answering) {
    return new ShardFanout<>(
        prepared,
        profile ->
            new EvaluateShard(source, benchmark, candidateOf.apply(profile), answering, batch));
  }

  /** What these questions' images look like to the dense vision tower and projector. */
  public VisionStatistics visionCalibration() {
    return withFiles().prepared().mapPartitions(new CalibrateVision(source)).collect().stream()
        .map(bytes -> VisionStatistics.fromBytes("calibration shard", bytes))
        .reduce(VisionStatistics::merge)
        .orElseThrow(() -> new IllegalStateException("no calibration image"));
  }

  /** What the dense model's layers see on these questions and their answers. */
  public ActivationStatistics calibration() {
    return prepared().mapPartitions(new CalibrateShard(source)).collect().stream()
        .map(bytes -> ActivationStatistics.fromBytes("calibration shard", bytes))
        .reduce(ActivationStatistics::merge)
        .orElseThrow(() -> new IllegalStateException("no calibration question"));
  }
}
