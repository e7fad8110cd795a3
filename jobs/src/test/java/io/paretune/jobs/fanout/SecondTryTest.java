package io.paretune.jobs.fanout;

import static io.paretune.jobs.fanout.SimulatedTrials.ASKED;
import static io.paretune.jobs.fanout.SimulatedTrials.candidate;
import static io.paretune.jobs.fanout.SimulatedTrials.trial;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.udfs.evaluate.LoadedLayers;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.spark.CandidateFailure;
import io.paretune.udfs.spark.ShardAnswers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a trial survives, and what it is not to blame for. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SecondTryTest {
  private static final int FAILING = 3;
  private static final CandidateFailure NO_MEMORY =
      new CandidateFailure(CandidateFailure.Kind.MEMORY, "out of memory: 2 GB");

  /** Tasks of the large candidate that are under way, or more if it always holds something. */
  private static final AtomicInteger HELD = new AtomicInteger();

  private static final AtomicInteger REFUSED = new AtomicInteger();

  @TempDir static Path folder;
  private static SimulatedTrials simulated;

  @BeforeAll
  static void createTables() {
    simulated = SimulatedTrials.in(folder);
  }

  @BeforeEach
  void holdNothing() {
    HELD.set(0);
    REFUSED.set(0);
  }

  /** One shard's task fails so many times; the other shards' never do. */
  private record Flaky(int failures) implements SimulatedTrials.Candidate {
    private static final AtomicInteger FAILED = new AtomicInteger();

    @Override
    public Iterator<ShardAnswers> call(Iterator<Integer> shards) throws Exception {
      if (TaskContext.get().partitionId() == FAILING && FAILED.getAndIncrement() < failures) {
        throw new IOException("the disk hung");
      }
      return candidate(0.5, 1).call(shards);
    }
  }

  /** Takes memory as long as its tasks run, the last of them until the other was refused. */
  private record Large() implements SimulatedTrials.Candidate {
    @Override
    public Iterator<ShardAnswers> call(Iterator<Integer> shards) throws Exception {
      HELD.incrementAndGet();
      try {
        while (TaskContext.get().partitionId() == SimulatedTrials.SHARDS - 1
            && REFUSED.get() == 0) {
          Thread.sleep(5);
        }
        return candidate(0.5, 1).call(shards);
      } finally {
        HELD.decrementAndGet();
      }
    }
  }

  /** Finds no memory while others hold some. */
  private record Asking() implements SimulatedTrials.Candidate {
    @Override
    public Iterator<ShardAnswers> call(Iterator<Integer> shards) throws Exception {
      if (HELD.get() == 0) {
        return candidate(0.5, 1).call(shards);
      }
      REFUSED.incrementAndGet();
      return List.of(
              new ShardAnswers(shards.next(), List.of(), 0, "e", 0, LoadedLayers.NONE, NO_MEMORY))
          .iterator();
    }
  }

  private static Outcome score() {
    return Outcome.complete(
        Map.of("score", SimulatedCandidate.score(ASKED, 0.5)), ASKED.questions());
  }

  private static SparkTrialRunner<Integer> runner(
      String study, Map<Long, SimulatedTrials.Candidate> candidates) {
    return simulated.runner(study, Optional.empty(), Map.of(), candidates);
  }

  private static List<TrialRecord> recorded(String study) {
    return simulated.trials().ofStudy(study);
  }

  @Test
  void aTaskThatFailedAndRanAgainIsToldByItsTrialAndTheAttemptThatAnswered() {
    Flaky.FAILED.set(0);
    try (SparkTrialRunner<Integer> runner = runner("flaky", Map.of(0L, new Flaky(2)))) {
      assertThat(runner.submit(trial(0)).join()).isEqualTo(score());
    }

    assertThat(recorded("flaky").get(0).reason())
        .isEqualTo(
            "2 tasks ran again, the last after this: shard 3, attempt 1 on executor driver:"
                + " IOException: the disk hung");
    assertThat(simulated.results().ofStudy("flaky"))
        .filteredOn(r -> r.attempt() > 0)
        .extracting(ShardResultRecord::shard, ShardResultRecord::attempt)
        .containsExactly(tuple(FAILING, 2));
  }

  @Test
  void aTrialThatSparkGaveUpIsTriedOnceMore() {
    Flaky.FAILED.set(0);
    try (SparkTrialRunner<Integer> runner = runner("given up", Map.of(0L, new Flaky(4)))) {
      assertThat(runner.submit(trial(0)).join()).isEqualTo(score());
    }

    TrialRecord trial = recorded("given up").get(0);
    assertThat(trial.state()).isEqualTo(TrialState.COMPLETE);
    assertThat(trial.reason())
        .isEqualTo(
            "tried again, after: shard 3, attempt 3 on executor driver: IOException: the disk"
                + " hung");
    assertThat(simulated.results().ofStudy("given up")).as("each once").hasSize(8);
  }

  @Test
  void whoFoundNoMemoryBesideAnotherIsTriedAloneAndBothEndWell() throws Exception {
    try (SparkTrialRunner<Integer> runner =
        runner("crowded", Map.of(0L, new Large(), 1L, new Asking()))) {
      CompletableFuture<Outcome> large = runner.submit(trial(0));
      while (HELD.get() == 0) {
        Thread.sleep(5);
      }
      CompletableFuture<Outcome> asking = runner.submit(trial(1));
      assertThat(large.join()).isEqualTo(score());
      assertThat(asking.join()).isEqualTo(score());
    }

    assertThat(REFUSED).as("it met the other").hasPositiveValue();
    assertThat(recorded("crowded").get(1).reason())
        .isEqualTo("tried again, after: out of memory: 2 GB");
    assertThat(recorded("crowded").get(0).reason()).isEmpty();
  }

  @Test
  void whoFindsNoMemoryAloneFailsAlone() {
    HELD.set(1); // by nobody who would end
    try (SparkTrialRunner<Integer> runner =
        runner("too large", Map.of(0L, new Asking(), 1L, candidate(0.5, 1)))) {
      assertThat(runner.submit(trial(0)).join()).isEqualTo(Outcome.failed("out of memory: 2 GB"));
      assertThat(REFUSED).as("asked twice").hasValueGreaterThanOrEqualTo(2);
      assertThat(runner.submit(trial(1)).join()).isEqualTo(score());
    }

    assertThat(recorded("too large"))
        .extracting(TrialRecord::state)
        .containsExactly(TrialState.FAILED, TrialState.COMPLETE);
    assertThat(recorded("too large").get(0).reason())
        .isEqualTo("out of memory: 2 GB; tried again, after: out of memory: 2 GB");
  }

  /** As where a sequential mask is calibrated: by jobs of its own, before any shard is asked. */
  private static SparkTrialRunner<Integer> unprepared(
      String study, int failures, RuntimeException failure) {
    AtomicInteger failed = new AtomicInteger();
    String first = SimulatedTrials.profile(trial(0)).id();
    return simulated.runner(
        study,
        Optional.empty(),
        Map.of(),
        profile -> {
          if (profile.id().equals(first) && failed.getAndIncrement() < failures) {
            throw failure;
          }
          return candidate(0.5, 1);
        });
  }

  @Test
  void whatCannotBePreparedIsTriedOnceMoreAndFailsAlone() {
    RuntimeException lost =
        new IllegalStateException(new IOException("an executor was lost\nwith a trace"));
    try (SparkTrialRunner<Integer> runner = unprepared("calibrated again", 1, lost)) {
      assertThat(runner.submit(trial(0)).join()).isEqualTo(score());
    }
    assertThat(recorded("calibrated again").get(0).reason())
        .isEqualTo("tried again, after: IOException: an executor was lost");

    try (SparkTrialRunner<Integer> runner = unprepared("uncalibrated", 2, lost)) {
      assertThat(runner.submit(trial(0)).join())
          .isEqualTo(Outcome.failed("IOException: an executor was lost"));
      assertThat(runner.submit(trial(1)).join()).isEqualTo(score());
    }
    assertThat(recorded("uncalibrated"))
        .extracting(TrialRecord::state, TrialRecord::reason)
        .containsExactly(
            tuple(
                TrialState.FAILED,
                "IOException: an executor was lost; tried again, after: IOException: an executor"
                    + " was lost"),
            tuple(TrialState.COMPLETE, ""));
  }

  @Test
  void whatTheUserHasToMendEndsTheSearchWhereverItIsMet() {
    InvalidInputException invalid =
        new InvalidInputException("model", "was replaced", "put it back");
    try (SparkTrialRunner<Integer> runner =
        unprepared("invalid", 1, new IllegalStateException(invalid))) {
      assertThatThrownBy(() -> runner.submit(trial(0)).join())
          .hasCause(invalid)
          .hasMessageContaining("model: was replaced");
    }
    assertThat(recorded("invalid"))
        .extracting(TrialRecord::state)
        .containsExactly(TrialState.RUNNING);
  }
}
