package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchLoopTest {
  private static final SearchSpace SPACE =
      new SearchSpace(
          IntStream.range(0, 4)
              .<Parameter>mapToObj(
                  i -> new Parameter.Ordinal("p" + i, List.of(0, 1, 2, 3), Place.UNKNOWN))
              .toList(),
          List.of(Objective.maximize("score")),
          List.of());

  private static Outcome score(Trial trial) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += trial.point().at(i);
    }
    return Outcome.complete(Map.of("score", sum));
  }

  private static SearchLoop loop(Study study, TrialRunner runner, SearchBudget budget, int many) {
    return new SearchLoop(study, runner, budget, many, Clock.systemUTC(), new SearchListener() {});
  }

  @Test
  void keepsTheGivenNumberOfTrialsInFlightAndRunsTheWholeBudget() {
    AtomicInteger inFlight = new AtomicInteger();
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    TrialRunner runner =
        trial ->
            CompletableFuture.supplyAsync(
                () -> {
                  seen.add(inFlight.incrementAndGet());
                  try {
                    Thread.sleep(2);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  inFlight.decrementAndGet();
                  return score(trial);
                });
    Study study = new Study(SPACE, new RandomSampler(1));
    SearchLoop.Ending ending = loop(study, runner, SearchBudget.ofTrials(23), 3).run();
    assertThat(ending).isEqualTo(SearchLoop.Ending.TRIALS);
    assertThat(study.history().finished()).hasSize(23);
    assertThat(study.history().running()).isEmpty();
    assertThat(seen).allMatch(n -> n <= 3);
  }

  /** A trial takes a minute of this clock. */
  private static final class MinuteClock extends Clock {
    private Instant now = Instant.EPOCH;

    void pass() {
      now = now.plus(Duration.ofMinutes(1));
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void startsNoTrialWhenItsTimeIsOver() {
    MinuteClock clock = new MinuteClock();
    Study study = new Study(SPACE, new RandomSampler(1));
    TrialRunner runner =
        trial -> {
          clock.pass();
          return CompletableFuture.completedFuture(score(trial));
        };
    SearchBudget budget = new SearchBudget(100, Optional.of(Duration.ofMinutes(7)), 0, 0);
    SearchLoop loop = new SearchLoop(study, runner, budget, 1, clock, new SearchListener() {});
    assertThat(loop.run()).isEqualTo(SearchLoop.Ending.TIME);
    assertThat(study.history().finished()).hasSize(7);
    assertThat(study.history().running()).isEmpty();
  }

  @Test
  void aFailedTrialIsNotedAndTheSearchGoesOn() {
    TrialRunner runner =
        trial ->
            CompletableFuture.completedFuture(
                trial.id() % 2 == 0 ? Outcome.failed("out of memory") : score(trial));
    Study study = new Study(SPACE, new TpeSampler(TpeSettings.DEFAULT, 3));
    loop(study, runner, SearchBudget.ofTrials(30), 2).run();
    assertThat(study.history().finished()).hasSize(30);
    assertThat(study.history().finished().stream().filter(Trial::isComplete)).hasSize(15);
  }

  @Test
  void aBrokenRunnerEndsTheSearchAndSaysWhich() {
    TrialRunner runner =
        trial -> CompletableFuture.failedFuture(new IllegalStateException("cluster is gone"));
    Study study = new Study(SPACE, new RandomSampler(1));
    assertThatThrownBy(() -> loop(study, runner, SearchBudget.ofTrials(5), 1).run())
        .hasMessage("trial 0 could not be run")
        .hasRootCauseMessage("cluster is gone");
  }

  @Test
  void endsWhenTheFrontierStopsMoving() {
    TrialRunner runner = trial -> CompletableFuture.completedFuture(score(trial));
    Study study = new Study(SPACE, new RandomSampler(1));
    SearchBudget budget = new SearchBudget(10_000, Optional.empty(), 20, 0);
    assertThat(loop(study, runner, budget, 1).run()).isEqualTo(SearchLoop.Ending.NO_PROGRESS);
    assertThat(study.history().finished().size()).isLessThan(10_000);
  }

  @Test
  void patienceIsCountedFromTheRunsFirstTrial() {
    TrialRunner runner = trial -> CompletableFuture.completedFuture(score(trial));
    Study before = new Study(SPACE, new RandomSampler(1));
    loop(before, runner, new SearchBudget(10_000, Optional.empty(), 20, 0), 1).run();
    List<Trial> known = before.history().finished();
    SearchBudget sameRun = new SearchBudget(10_000, Optional.empty(), 20, 0);
    SearchBudget another = new SearchBudget(10_000, Optional.empty(), 20, known.size());

    Study resumed = new Study(SPACE, new RandomSampler(1));
    known.forEach(resumed::replay);
    assertThat(loop(resumed, runner, sameRun, 1).run()).isEqualTo(SearchLoop.Ending.NO_PROGRESS);
    assertThat(resumed.history().finished()).as("its patience was over").hasSameSizeAs(known);

    Study night = new Study(SPACE, new RandomSampler(1));
    known.forEach(night::replay);
    Point dull = known.get(0).point();
    for (int i = 0; i < 30; i++) {
      night.start(dull, new Trial.Origin("incumbent", 1)); // scored again, whether it helps or not
    }
    assertThat(loop(night, runner, another, 1).run()).isEqualTo(SearchLoop.Ending.NO_PROGRESS);
    assertThat(night.history().finished().size()).isGreaterThanOrEqualTo(known.size() + 30 + 20);
  }

  @Test
  void aResumedStudyGoesOnAsTheUninterruptedOneWould() {
    TrialRunner runner = trial -> CompletableFuture.completedFuture(score(trial));
    Study whole = new Study(SPACE, new TpeSampler(TpeSettings.DEFAULT, 5));
    loop(whole, runner, SearchBudget.ofTrials(40), 1).run();
    Study resumed = new Study(SPACE, new TpeSampler(TpeSettings.DEFAULT, 5));
    whole.history().finished().subList(0, 25).forEach(resumed::replay);
    loop(resumed, runner, SearchBudget.ofTrials(40), 1).run();
    assertThat(resumed.history().finished()).isEqualTo(whole.history().finished());
  }
}
