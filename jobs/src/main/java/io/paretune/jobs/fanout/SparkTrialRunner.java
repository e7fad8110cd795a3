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
import io.paretune.udfs.spark.CandidateFailure;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs trials as Spark jobs over a benchmark's shards, a fixed number at once, each in its own job
 * group and pool of the FAIR scheduler; records each start, rung and end. A trial's shards are one
 * job, in the order of their rungs: while the last shards of a rung are under way free slots go on
 * with the next rung or with other trials. A trial that is beaten after a rung is cancelled. One
 * that had too little memory or that Spark gave up is tried a second time, alone, before it fails.
 */
public final class SparkTrialRunner<S> implements TrialRunner, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SparkTrialRunner.class);
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
  private final TrialTurns turns;
  private final Clock clock;
  private final ExecutorService pool;

  /** How a try to ask all that is left to ask of a trial ended. */
  private sealed interface Tried {
    /**
     * Nothing is left to ask.
     *
     * @param lastRung its answers, which are not recorded yet
     */
    record Over(List<ShardResultRecord> lastRung) implements Tried {}

    /**
     * The candidate could not be run.
     *
     * @param reason what a table says of it
     */
    record Failed(CandidateFailure.Kind kind, String reason) implements Tried {}

    /**
     * Spark gave the job up.
     *
     * @param reason what a table says of it
     */
    record Lost(String reason, Throwable cause) implements Tried {}

    /** What others may be to blame for; empty if it would be the same another time. */
    default Optional<String> mayPass() {
      return this instanceof Failed f && f.kind() == CandidateFailure.Kind.MEMORY
          ? Optional.of(f.reason())
          : this instanceof Lost l ? Optional.of(l.reason()) : Optional.empty();
    }
  }

  /**
   * Sets up a runner; nothing runs yet.
   *
   * @param field who trials race against; empty to ask every trial everything
   * @param answered finished rungs of trials that an earlier run of the study left running
   * @param profileOf reads a trial's point
   * @param recorder keeps what happens; closed with this
   * @param turns how many trials run at once, each with a thread and a pool of Spark's FAIR
   *     scheduler
   */
  public SparkTrialRunner(
      TrialContext context,
      ShardFanout<S> fanout,
      Optional<Field> field,
      Map<Long, List<ShardResultRecord>> answered,
      Function<Trial, CompressionProfile> profileOf,
      TrialRecorder recorder,
      TrialTurns turns,
      Clock clock) {
    this.context = context;
    this.fanout = fanout;
    this.field = field;
    this.answered = Map.copyOf(answered);
    this.profileOf = profileOf;
    this.recorder = recorder;
    this.failures = new UnprovenFailures(MOST_FAILURES_IN_A_ROW);
    this.turns = turns;
    this.clock = clock;
    this.metrics = new TrialMetrics(fanout.shards().context());
    fanout.shards().context().addSparkListener(heard);
    AtomicInteger threads = new AtomicInteger();
    this.pool =
        Executors.newFixedThreadPool(
            turns.atOnce(),
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
    if (course.isOver()) {
      return ended(started, course, List.of(), Optional.empty());
    }
    try {
      Tried tried = turns.beside(() -> tried(started, course));
      Optional<String> again = tried.mayPass();
      if (again.isPresent()) {
        LOG.warn(
            "trial {} will be tried once more, alone, after this: {}", trial.id(), again.get());
        tried = turns.alone(() -> tried(started, course));
      }
      return outcome(started, course, tried, again.map(w -> "tried again, after: " + w));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while trial " + trial.id() + " ran", e);
    }
  }

  /** Asks all that is left to ask. */
  private Tried tried(TrialRecord started, TrialCourse course) throws InterruptedException {
    ShardJob job;
    try {
      job = fanout.start(started.profile(), course.unanswered());
    } catch (Exception e) { // Scala throws checked ones undeclared
      if (e instanceof InterruptedException interrupted) {
        throw interrupted;
      }
      throwInvalid(e);
      // A sequential mask is calibrated for its own profile first, which Spark may give up too.
      return new Tried.Lost(Failure.said(e), e);
    }
    jobs.add(job);
    try {
      while (true) {
        ShardJob.Answered shard = job.next();
        Optional<CandidateFailure> failure = ShardResults.failure(shard.answers());
        if (failure.isPresent()) {
          return new Tried.Failed(failure.get().kind(), failure.get().reason());
        }
        shard.answers().forEach(metrics::answered);
        List<ShardResultRecord> rows = course.take(shard);
        if (course.isOver()) {
          if (!course.isStopped()) {
            heard.awaitEnd(job.id(), LISTENER_LAG);
          }
          return new Tried.Over(rows);
        }
        recorder.answered(rows);
      }
    } catch (ShardJob.JobFailedException e) {
      throwInvalid(e);
      heard.awaitEnd(job.id(), LISTENER_LAG);
      return new Tried.Lost(heard.last(group(started)).orElseGet(() -> Failure.said(e)), e);
    } finally {
      job.cancel();
      jobs.remove(job);
    }
  }

  /** What the user has to mend is no fault of a profile. */
  private static void throwInvalid(Throwable error) {
    for (@Nullable Throwable c = error; c != null; c = c.getCause()) {
      if (c instanceof InvalidInputException invalid) {
        throw invalid;
      }
    }
  }

  private Outcome outcome(
      TrialRecord started, TrialCourse course, Tried tried, Optional<String> first) {
    if (tried instanceof Tried.Lost lost) {
      return lost(started, course, lost, first);
    }
    disprove();
    if (tried instanceof Tried.Failed failed) {
      String reason = telling(failed.reason(), first);
      recorder.ended(started.failed(reason, clock.instant(), course.seconds()), List.of());
      return Outcome.failed(failed.reason());
    }
    return ended(started, course, ((Tried.Over) tried).lastRung(), first);
  }

  /** The cluster runs tasks: trials that it gave up failed on their own account. */
  private void disprove() {
    failures.disproved().forEach(t -> recorder.ended(t, List.of()));
  }

  /**
   * @param first what a first try ended with; empty if there was one only
   */
  private Outcome ended(
      TrialRecord started,
      TrialCourse course,
      List<ShardResultRecord> lastRung,
      Optional<String> first) {
    TrialScore score = course.score();
    Map<String, Double> values = Map.of("score", score.score());
    if (course.isStopped()) {
      String reason = telling(course.reason(), first);
      recorder.ended(started.stopped(score, reason, clock.instant(), course.seconds()), lastRung);
      return Outcome.stopped(values, score.samples(), course.reason());
    }
    List<String> tasks = heard.taken(group(started));
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
            .noting(first.orElseGet(() -> survived(tasks))),
        lastRung);
    return Outcome.complete(values, score.samples());
  }

  /** However a trial ends, its row says that this was its second try. */
  private static String telling(String reason, Optional<String> first) {
    return first.map(f -> reason + "; " + f).orElse(reason);
  }

  /** What went wrong on the way without harm: Spark ran those tasks again. */
  private static String survived(List<String> tasks) {
    return tasks.isEmpty()
        ? ""
        : "%d tasks ran again, the last after this: %s"
            .formatted(tasks.size(), tasks.get(tasks.size() - 1));
  }

  /**
   * A trial whose job Spark gave up on twice fails alone: its profile may ask for more than an
   * executor has. When several in a row do, it is not the profiles: then the search ends, none of
   * them is recorded as failed, and the study goes on with them when it is run again.
   */
  private Outcome lost(
      TrialRecord started, TrialCourse course, Tried.Lost lost, Optional<String> first) {
    String reason = telling(lost.reason(), first);
    if (failures.add(started.failed(reason, clock.instant(), course.seconds()))) {
      throw new IllegalStateException(
          "%d trials in a row could not be run, the last for this: %s"
              .formatted(MOST_FAILURES_IN_A_ROW, lost.reason()),
          lost.cause());
    }
    return Outcome.failed(lost.reason());
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
