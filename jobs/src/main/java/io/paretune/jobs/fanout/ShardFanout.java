package io.paretune.jobs.fanout;

import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.ShardAnswers;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * A benchmark's shards over the cluster, and what a task does with one of them.
 *
 * @param shards partition i holds shard i, or nothing
 * @param task what runs where a shard is, for a profile
 */
public record ShardFanout<S>(
    JavaRDD<S> shards,
    Function<CompressionProfile, FlatMapFunction<Iterator<S>, ShardAnswers>> task) {

  /** Starts one Spark job over some shards, under the calling thread's job group and pool. */
  ShardJob start(CompressionProfile profile, List<Integer> wanted) {
    return ShardJob.submit(shards.mapPartitions(task.apply(profile)), wanted);
  }
}
