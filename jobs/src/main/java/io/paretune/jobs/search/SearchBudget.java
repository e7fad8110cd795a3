package io.paretune.jobs.search;

import java.time.Duration;
import java.util.Optional;

/**
 * When a search ends; whichever comes first.
 *
 * @param trials finished trials in all, those replayed and warm starts from elsewhere not counted
 *     as new ones included; at least 1
 * @param time no new trial is asked for after this long; running ones are waited for
 * @param patience ends after this many of the run's proposals in a row that moved the frontier's
 *     hypervolume by no more than noise; 0 for never
 * @param firstTrial the number of the run's first trial; those below are an earlier run's
 */
public record SearchBudget(int trials, Optional<Duration> time, int patience, long firstTrial) {
  public SearchBudget {
    if (trials < 1 || patience < 0) {
      throw new IllegalArgumentException(
          "trials must be at least 1 and patience not negative, were "
              + trials
              + " and "
              + patience);
    }
  }

  public static SearchBudget ofTrials(int trials) {
    return new SearchBudget(trials, Optional.empty(), 0, 0);
  }
}
