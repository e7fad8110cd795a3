package io.paretune.jobs.tune;

import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.progress.StageProgress;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.ShardAnswers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/**
 * Answers of several profiles to the same questions, some profiles at once: while the last shards
 * of one are under way, or its answers are written, the next ones run.
 *
 * @param benchmark the questions
 * @param prepared its shards
 * @param candidateOf adds what tasks need to prune
 * @param answering how questions are answered
 * @param concurrency profiles at once
 */
record ProfileAnswers(
    ShardedBenchmark benchmark,
    JavaRDD<PreparedShard> prepared,
    Function<CompressionProfile, CandidateSpec> candidateOf,
    Answering answering,
    int concurrency) {
  private record Ended(
      TrialRecord trial, List<ShardAnswers> answers, @Nullable Throwable failure) {}

  /**
   * Has every trial's profile answer, and ends when all have.
   *
   * @param taken gets each trial's answers once, on the calling thread; a profile that cannot be
   *     run answers with its failure
   */
  void forEach(List<TrialRecord> trials, BiConsumer<TrialRecord, List<ShardAnswers>> taken) {
    SparkContext spark = prepared.context();
    String tag = UUID.randomUUID().toString();
    BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    ExecutorService threads = Executors.newFixedThreadPool(concurrency, ProfileAnswers::daemon);
    try {
      for (TrialRecord trial : trials) {
        threads.execute(() -> ended.add(ended(spark, tag, trial)));
      }
      for (int left = trials.size(); left > 0; left--) {
        Ended next = ended.take();
        if (next.failure() instanceof Error e) {
          throw e;
        } else if (next.failure() instanceof RuntimeException e) {
          throw e;
        } else if (next.failure() != null) {
          throw new IllegalStateException(next.failure());
        }
        taken.accept(next.trial(), next.answers());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while profiles were confirmed", e);
    } finally {
      end(threads, spark, tag);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "confirming");
    thread.setDaemon(true);
    return thread;
  }

  /** What still runs after a failure is taken back, and what a thread starts meanwhile. */
  private static void end(ExecutorService threads, SparkContext spark, String tag) {
    threads.shutdownNow();
    try {
      for (int seconds = 0; seconds < 60; seconds++) {
        spark.cancelJobsWithTag(tag);
        if (threads.awaitTermination(1, TimeUnit.SECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Ended ended(SparkContext spark, String tag, TrialRecord trial) {
    try {
      return new Ended(trial, answers(spark, tag, trial), null);
    } catch (Throwable e) { // Scala throws checked exceptions undeclared
      return new Ended(trial, List.of(), e);
    }
  }

  private List<ShardAnswers> answers(SparkContext spark, String tag, TrialRecord trial) {
    spark.addJobTag(tag);
    spark.setLocalProperty("spark.scheduler.pool", "trial-" + trial.trialId());
    String work = "confirming trial " + trial.trialId();
    spark.setJobDescription(trial.study() + ": " + work);
    return StageProgress.during(
        spark,
        work,
        () -> benchmark.answers(prepared, candidateOf.apply(trial.profile()), answering));
  }
}
