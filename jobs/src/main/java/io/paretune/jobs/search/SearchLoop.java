package io.paretune.jobs.search;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Ask, run, tell, until the budget is spent. Keeps a fixed number of trials in flight. A study with
 * replayed trials goes on where it was: its running trials are submitted first.
 */
public final class SearchLoop {
  /** Why a search ended. */
  public enum Ending {
    TRIALS,
    TIME,
    NO_PROGRESS,
    INTERRUPTED
  }

  private final Study study;
  private final TrialRunner runner;
  private final SearchBudget budget;
  private final int concurrency;
  private final Clock clock;
  private final SearchListener listener;
  private final Stagnation stagnation;
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();

  private record Ended(Trial trial, @Nullable Outcome outcome, @Nullable Throwable failure) {}

  /**
   * Sets up a search without starting it.
   *
   * @param concurrency trials in flight; at least 1
   */
  public SearchLoop(
      Study study,
      TrialRunner runner,
      SearchBudget budget,
      int concurrency,
      Clock clock,
      SearchListener listener) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, was " + concurrency);
    }
    this.study = study;
    this.runner = runner;
    this.budget = budget;
    this.concurrency = concurrency;
    this.clock = clock;
    this.listener = listener;
    this.stagnation = new Stagnation(study.space(), budget.patience(), budget.firstTrial());
  }

  /**
   * Runs to the end of the budget.
   *
   * @throws IllegalStateException if the runner itself failed; trials told before stay told
   */
  public Ending run() {
    Instant started = clock.instant();
    List<Trial> replayed = study.history().finished();
    for (int n = 1; budget.patience() > 0 && n <= replayed.size(); n++) {
      stagnation.told(replayed.subList(0, n));
    }
    for (Trial trial : List.copyOf(study.history().running())) {
      submit(trial);
    }
    int inFlight = study.history().running().size();
    Ending ending = ending(started);
    while (true) {
      int wanted =
          ending == null
              ? Math.min(concurrency - inFlight, budget.trials() - study.counted() - inFlight)
              : 0;
      if (wanted > 0) {
        for (Trial trial : study.ask(wanted)) {
          submit(trial);
          inFlight++;
        }
      }
      if (inFlight == 0) {
        return ending == null ? Ending.TRIALS : ending;
      }
      Ended next;
      try {
        next = ended.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Ending.INTERRUPTED;
      }
      inFlight--;
      tell(next);
      ending = ending == null ? ending(started) : ending;
    }
  }

  private void submit(Trial trial) {
    listener.asked(trial);
    // Nothing can be lost here: a failure travels in the queue.
    var unused =
        runner
            .submit(trial)
            .whenComplete((outcome, failure) -> ended.add(new Ended(trial, outcome, failure)));
  }

  private void tell(Ended next) {
    Outcome outcome = next.outcome();
    if (outcome == null) {
      throw new IllegalStateException(
          "trial " + next.trial().id() + " could not be run", next.failure());
    }
    Trial told = study.tell(next.trial().id(), outcome);
    stagnation.told(study.history().finished());
    listener.told(told, outcome, study);
  }

  private @Nullable Ending ending(Instant started) {
    if (study.counted() >= budget.trials()) {
      return Ending.TRIALS;
    }
    boolean late =
        budget
            .time()
            .map(t -> Duration.between(started, clock.instant()).compareTo(t) >= 0)
            .orElse(false);
    if (late) {
      return Ending.TIME;
    }
    return stagnation.isOver() ? Ending.NO_PROGRESS : null;
  }
}
