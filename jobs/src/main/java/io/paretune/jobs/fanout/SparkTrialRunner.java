package io.paretune.jobs.fanout;

import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialRunner;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.benchmark.Score;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.CandidateSpec;
import io.paretune.udfs.spark.ShardAnswers;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;

/**
 * Runs trials as Spark jobs over a prepared benchmark, a fixed number at once, each in its own job
 * group so that the Spark UI names it; records each start and end.
 */
public final class SparkTrialRunner implements TrialRunner, AutoCloseable {
  private static final int MOST_FAILURES_IN_A_ROW = 3;

  private final AtomicInteger failuresInARow = new AtomicInteger();
  private final TrialContext context;
  private final ShardedBenchmark benchmark;
  private final JavaRDD<PreparedShard> prepared;
  private final Function<Trial, CompressionProfile> profileOf;
  private final Function<CompressionProfile, CandidateSpec> candidateOf;
  private final TrialRecorder recorder;
  private final Clock clock;
  private final ExecutorService pool;

  /**
   * Sets up a runner; nothing runs yet.
   *
   * @param prepared the benchmark's shards, kept by the executors
   * @param profileOf reads a trial's point
   * @param candidateOf adds what tasks need to prune
   * @param concurrency trials at once; each has a thread and a pool of Spark's FAIR scheduler
   */
  public SparkTrialRunner(
      TrialContext context,
      ShardedBenchmark benchmark,
      JavaRDD<PreparedShard> prepared,
      Function<Trial, CompressionProfile> profileOf,
      Function<CompressionProfile, CandidateSpec> candidateOf,
      TrialsTable trials,
      ShardResultsTable shardResults,
      int concurrency,
      Clock clock) {
    this.context = context;
    this.benchmark = benchmark;
    this.prepared = prepared;
    this.profileOf = profileOf;
    this.candidateOf = candidateOf;
    this.recorder = new TrialRecorder(trials, shardResults);
    this.clock = clock;
    this.pool =
        Executors.newFixedThreadPool(
            concurrency,
            task -> {
              Thread thread = new Thread(task, "trial");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public CompletableFuture<Outcome> submit(Trial trial) {
    return CompletableFuture.supplyAsync(() -> run(trial), pool);
  }

  private Outcome run(Trial trial) {
    CompressionProfile profile = profileOf.apply(trial);
    TrialOrigin origin =
        trial.origin().equals(Trial.Origin.SAMPLER)
            ? TrialOrigin.SAMPLER
            : TrialOrigin.ofKey(trial.origin().name());
    TrialRecord started = context.running(trial.id(), origin, profile, clock.instant());
    recorder.record(started, List.of());
    label(started);
    List<ShardAnswers> answers;
    try {
      answers = benchmark.answers(prepared, candidateOf.apply(profile), EvaluationMode.OPTIONS);
    } catch (Exception e) { // Scala throws checked exceptions undeclared
      return lost(started, e);
    }
    failuresInARow.set(0);
    Instant end = clock.instant();
    double seconds = answers.stream().mapToDouble(ShardAnswers::seconds).sum();
    Optional<String> failure =
        answers.stream().map(ShardAnswers::failure).filter(f -> !f.isEmpty()).findFirst();
    if (failure.isPresent()) {
      recorder.record(started.failed(failure.get(), end, seconds), List.of());
      return Outcome.failed(failure.get());
    }
    Score score =
        answers.stream().map(a -> Score.of(a.outcomes())).reduce(Score.EMPTY, Score::plus);
    if (score.total() != context.questions()) {
      throw new IllegalStateException(
          "trial %d answered %d of %d questions"
              .formatted(trial.id(), score.total(), context.questions()));
    }
    TrialScore result =
        new TrialScore(
            score.accuracy(),
            score.low(),
            score.high(),
            Map.of(benchmark.benchmark().name(), score.accuracy()),
            score.total());
    recorder.record(
        started.completed(result, end, seconds),
        answers.stream()
            .map(a -> ShardResults.row(context.study(), trial.id(), 0, context.split(), a))
            .toList());
    return Outcome.complete(Map.of("score", score.accuracy()), score.total());
  }

  /**
   * A trial whose job Spark gave up on fails alone: its profile may ask for more than an executor
   * has. When several in a row do, it is not the profiles.
   */
  private Outcome lost(TrialRecord started, Exception e) {
    Throwable root = e;
    while (root.getCause() != null && !(root instanceof InvalidInputException)) {
      root = root.getCause();
    }
    if (root instanceof InvalidInputException invalid) {
      throw invalid;
    }
    if (failuresInARow.incrementAndGet() >= MOST_FAILURES_IN_A_ROW) {
      throw new IllegalStateException(
          MOST_FAILURES_IN_A_ROW + " trials in a row could not be run", e);
    }
    String reason = String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
    recorder.record(started.failed(reason, clock.instant(), 0), List.of());
    return Outcome.failed(reason);
  }

  private void label(TrialRecord trial) {
    SparkContext spark = prepared.context();
    spark.setJobGroup(
        "%s/%d".formatted(trial.study(), trial.trialId()),
        String.format(
            Locale.ROOT,
            "%s trial %d: %.1f MB",
            trial.study(),
            trial.trialId(),
            trial.cost().memoryBytes() / 1e6),
        false); // an interrupt would close the task's files and not stop native code
    spark.setLocalProperty("spark.scheduler.pool", "trial-" + Thread.currentThread().getId());
  }

  /** Ends after the last row is written. */
  @Override
  public void close() {
    pool.shutdown();
    recorder.close();
  }
}
