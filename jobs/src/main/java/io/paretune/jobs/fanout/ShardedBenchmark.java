package io.paretune.jobs.fanout;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.spark.CalibrateShard;
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
 * @param rows sample rows by shard, with image files or with features
 * @param source the model
 * @param benchmark asks and judges
 * @param batch questions wanted in a forward
 */
public record ShardedBenchmark(
    JavaRDD<Row> rows, ModelSource source, Benchmark benchmark, int batch) {

  /**
   * Spreads rows over their shards.
   *
   * @param samples with the columns of the {@code samples} table, and {@code features} if known
   * @param shards how many there are; partition i holds shard i
   */
  public static ShardedBenchmark of(
      Dataset<Row> samples, int shards, ModelSource source, Benchmark benchmark, int batch) {
    JavaPairRDD<Integer, Row> byShard =
        samples
            .toJavaRDD()
            .mapToPair(row -> new Tuple2<>(row.<Integer>getAs("shard"), row))
            .partitionBy(new HashPartitioner(shards)); // an Integer's hash is itself
    return new ShardedBenchmark(byShard.values(), source, benchmark, batch);
  }

  /** The same, its rows kept by the executors; reads them now. */
  public ShardedBenchmark loaded() {
    JavaRDD<Row> kept = rows.persist(StorageLevel.MEMORY_AND_DISK());
    kept.count();
    return new ShardedBenchmark(kept, source, benchmark, batch);
  }

  /** The shards ready for candidates; decoded, encoded and tokenized when they are first used. */
  public JavaRDD<PreparedShard> prepared() {
    return rows.mapPartitions(new PrepareShard(source, benchmark));
  }

  /** A candidate's answers on every shard that holds questions. */
  public List<ShardAnswers> answers(
      JavaRDD<PreparedShard> prepared, CandidateSpec candidate, EvaluationMode mode) {
    return prepared
        .mapPartitions(new EvaluateShard(source, benchmark, candidate, mode, batch))
        .collect();
  }

  /**
   * Prepared shards, and how a task answers one of them.
   *
   * @param mode how questions are answered
   * @param candidateOf adds what tasks need to prune
   */
  public ShardFanout<PreparedShard> fanout(
      JavaRDD<PreparedShard> prepared,
      Function<CompressionProfile, CandidateSpec> candidateOf,
      EvaluationMode mode) {
    return new ShardFanout<>(
        prepared,
        profile -> new EvaluateShard(source, benchmark, candidateOf.apply(profile), mode, batch));
  }

  /** What the dense model's layers see on these questions and their answers. */
  public ActivationStatistics calibration() {
    return prepared().mapPartitions(new CalibrateShard(source, batch)).collect().stream()
        .map(bytes -> ActivationStatistics.fromBytes("calibration shard", bytes))
        .reduce(ActivationStatistics::merge)
        .orElseThrow(() -> new IllegalStateException("no calibration question"));
  }
}
