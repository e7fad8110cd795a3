package io.paretune.jobs.fanout;

import io.paretune.jobs.racing.Field;
import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialRunner;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.ShardAnswers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Runs trials as Spark jobs over a benchmark's shards, a fixed number at once, each in its own job
 * group and pool of the FAIR scheduler; records each start, rung and end. A trial's shards are one
 * job, in the order of their rungs: while the last shards of a rung are under way free slots go on
 * with the next rung or with other trials. A trial that is beaten after a rung is cancelled.
 */
public final class SparkTrialRunner<S> implements TrialRunner, AutoCloseable {
  private static final int MOST_FAILURES_IN_A_ROW = 3;

  /** How long after a job's end Spark's listeners may hear of its last task. */
  private static final Duration LISTENER_LAG = Duration.ofSeconds(2);

  private final TaskFailures heard = new TaskFailures();
  private final TrialMetrics metrics;
  private final TrialContext context;
  private final ShardFanout<S> fanout;
  private final Optional<Field> field;
  private final Map<Long, List<ShardResultRecord>> answered;
  private final Function<Trial, CompressionProfile> profileOf;
  private final TrialRecorder recorder;
  private final UnprovenFailures failures;
  private final Set<ShardJob> jobs = ConcurrentHashMap.newKeySet();
  private final Clock clock;
  private final ExecutorService pool;

  /**
   * Sets up a runner; nothing runs yet.
   *
   * @param field who trials race against; empty to ask every trial everything
   * @param answered finished rungs of trials that an earlier run of the study left running
   * @param profileOf reads a trial's point
   * @param recorder keeps what happens; closed with this
   * @param concurrency trials at once; each has a thread and a pool of Spark's FAIR scheduler
   */
  public SparkTrialRunner(
      TrialContext context,
      ShardFanout<S> fanout,
      Optional<Field> field,
      Map<Long, List<ShardResultRecord>> answered,
      Function<Trial, CompressionProfile> profileOf,
      TrialRecorder recorder,
      int concurrency,
      Clock clock) {
    this.context = context;
    this.fanout = fanout;
    this.field = field;
    this.answered = Map.copyOf(answered);
    this.profileOf = profileOf;
    this.recorder = recorder;
    this.failures = new UnprovenFailures(MOST_FAILURES_IN_A_ROW);
    this.clock = clock;
    this.metrics = new TrialMetrics(fanout.shards().context());
    fanout.shards().context().addSparkListener(heard);
    AtomicInteger threads = new AtomicInteger();
    this.pool =
        Executors.newFixedThreadPool(
            concurrency,
            task -> {
              Thread thread = new Thread(task, "trials-" + threads.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public CompletableFuture<Outcome> submit(Trial trial) {
    return CompletableFuture.supplyAsync(
        () -> {
          metrics.started();
          Outcome outcome = run(trial);
          metrics.ended(outcome.state());
          return outcome;
        },
        pool);
  }

  private Outcome run(Trial trial) {
    CompressionProfile profile = profileOf.apply(trial);
    TrialOrigin origin =
        trial.origin().equals(Trial.Origin.SAMPLER)
            ? TrialOrigin.SAMPLER
            : TrialOrigin.ofKey(trial.origin().name());
    TrialRecord started = context.running(trial.id(), origin, profile, clock.instant());
    // What was chosen to be compared with, such as a uniform profile, is asked everything.
    TrialCourse course =
        new TrialCourse(
            context,
            trial.id(),
            field
                .filter(f -> origin == TrialOrigin.SAMPLER)
                .map(f -> f.race(started.cost().memoryBytes())));
    course.resume(answered.getOrDefault(trial.id(), List.of()));
    recorder.started(started);
    label(started);
    List<ShardResultRecord> lastRung = List.of();
    if (!course.isOver()) {
      ShardJob job = fanout.start(profile, context.rungs().from(course.rung()));
      jobs.add(job);
      try {
        while (!course.isOver()) {
          ShardJob.Answered shard = job.next();
          Optional<String> failure = failure(shard);
          if (failure.isPresent()) {
            disprove();
            recorder.ended(
                started.failed(failure.get(), clock.instant(), course.seconds()), List.of());
            return Outcome.failed(failure.get());
          }
          shard.answers().forEach(metrics::answered);
          List<ShardResultRecord> rows = course.take(shard);
          if (course.isOver()) {
            lastRung = rows;
          } else {
            recorder.answered(rows);
          }
        }
      } catch (ShardJob.JobFailedException e) {
        return lost(started, course, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while trial " + trial.id() + " ran", e);
      } finally {
        job.cancel();
        jobs.remove(job);
      }
      disprove();
    }
    return ended(started, course, lastRung);
  }

  /** The cluster runs tasks: trials that it gave up failed on their own account. */
  private void disprove() {
    failures.disproved().forEach(t -> recorder.ended(t, List.of()));
  }

  private Outcome ended(TrialRecord started, TrialCourse course, List<ShardResultRecord> lastRung) {
    TrialScore score = course.score();
    Map<String, Double> values = Map.of("score", score.score());
    if (course.isStopped()) {
      recorder.ended(
          started.stopped(score, course.reason(), clock.instant(), course.seconds()), lastRung);
      return Outcome.stopped(values, score.samples(), course.reason());
    }
    field.ifPresent(
        f ->
            f.add(
                new Field.Entrant(
                    started.trialId(),
                    started.cost().memoryBytes(),
                    score.score(),
                    course.gains())));
    recorder.ended(
        started
            .completed(score, clock.instant(), course.seconds())
            .noting(survived(heard.taken(group(started)))),
        lastRung);
    return Outcome.complete(values, score.samples());
  }

  /** What went wrong on the way without harm: Spark ran those tasks again. */
  private static String survived(List<String> tasks) {
    return tasks.isEmpty()
        ? ""
        : "%d tasks ran again, the last after this: %s"
            .formatted(tasks.size(), tasks.get(tasks.size() - 1));
  }

  private static Optional<String> failure(ShardJob.Answered shard) {
    return shard.answers().stream()
        .map(ShardAnswers::failure)
        .filter(f -> !f.isEmpty())
        .findFirst();
  }

  /**
   * A trial whose job Spark gave up on fails alone: its profile may ask for more than an executor
   * has. When several in a row do, it is not the profiles: then the search ends, none of them is
   * recorded as failed, and the study goes on with them when it is run again.
   */
  private Outcome lost(TrialRecord started, TrialCourse course, ShardJob.JobFailedException e) {
    for (@Nullable Throwable c = e; c != null; c = c.getCause()) {
      if (c instanceof InvalidInputException invalid) {
        throw invalid;
      }
    }
    String reason = reason(started, e);
    if (failures.add(started.failed(reason, clock.instant(), course.seconds()))) {
      throw new IllegalStateException(
          "%d trials in a row could not be run, the last for this: %s"
              .formatted(MOST_FAILURES_IN_A_ROW, reason),
          e);
    }
    return Outcome.failed(reason);
  }

  private String reason(TrialRecord trial, Throwable error) {
    try {
      return heard.last(group(trial), LISTENER_LAG).orElseGet(() -> Failure.said(error));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Failure.said(error);
    }
  }

  private static String group(TrialRecord trial) {
    return "%s/%d".formatted(trial.study(), trial.trialId());
  }

  private void label(TrialRecord trial) {
    SparkContext spark = fanout.shards().context();
    spark.setJobGroup(
        group(trial),
        String.format(
            Locale.ROOT,
            "%s trial %d: %.1f MB",
            trial.study(),
            trial.trialId(),
            trial.cost().memoryBytes() / 1e6),
        false); // an interrupt would close the task's files and not stop native code
    spark.setLocalProperty("spark.scheduler.pool", Thread.currentThread().getName());
  }

  /** Takes running jobs back; ends after the last row is written. */
  @Override
  public void close() {
    pool.shutdownNow();
    jobs.forEach(ShardJob::cancel);
    try {
      failures.unlessInARow().forEach(t -> recorder.ended(t, List.of()));
    } finally {
      fanout.shards().context().removeSparkListener(heard);
      metrics.close();
      recorder.close();
    }
  }
}
