package io.paretune.jobs.frontier;

import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Yardstick;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A run of a study, which has a frontier.
 *
 * @param id the run's
 * @param date its day, UTC
 * @param yardstick what its points are measured by
 */
public record Run(String id, LocalDate date, Yardstick yardstick) {

  /**
   * The last run of a study: the last night, unless a trial of another run began after it.
   *
   * @param trials of the study
   * @param nights of the study, oldest first
   * @return empty if no trial is complete
   */
  static Optional<Run> latest(List<TrialRecord> trials, List<NightRecord> nights) {
    Optional<TrialRecord> latest =
        trials.stream()
            .filter(t -> t.state() == TrialState.COMPLETE)
            .max(Comparator.comparingLong(TrialRecord::trialId));
    if (latest.isEmpty()) {
      return Optional.empty();
    }
    TrialRecord trial = latest.get();
    return Optional.of(
        nights.stream()
            .reduce((first, second) -> second)
            .filter(night -> !trial.startedAt().isAfter(night.finishedAt()))
            .map(night -> new Run(night.runId(), night.runDate(), night.yardstick()))
            .orElseGet(
                () ->
                    new Run(
                        trial.runId(),
                        trial.startedAt().atZone(ZoneOffset.UTC).toLocalDate(),
                        Yardstick.of(trial))));
  }
}
