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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;

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
  private record Ended(CompletableFuture<List<ShardAnswers>> answers, TrialRecord trial) {}

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
        CompletableFuture<List<ShardAnswers>> answers =
            CompletableFuture.supplyAsync(() -> answers(spark, tag, trial), threads);
        answers.whenComplete((rows, failure) -> ended.add(new Ended(answers, trial)));
      }
      for (int left = trials.size(); left > 0; left--) {
        Ended next = ended.take();
        taken.accept(next.trial(), joined(next));
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

  private static List<ShardAnswers> joined(Ended ended) {
    try {
      return ended.answers().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
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
