package io.paretune.jobs.frontier;

import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.RunId;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Yardstick;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run of a study, which has a frontier.
 *
 * @param id the run's
 * @param date its day, UTC
 * @param yardstick what its points are measured by
 */
public record Run(String id, LocalDate date, Yardstick yardstick) {

  private static final Comparator<Run> ORDER =
      Comparator.comparing(Run::date).thenComparing(Run::id);

  /**
   * The last run of a study, by its day and, on one day, by when it began: the order in which the
   * table {@code frontier} has them, so a night that is made up for is not the last.
   *
   * @param trials of the study
   * @param nights of the study
   * @return empty if no trial is complete
   */
  public static Optional<Run> latest(List<TrialRecord> trials, List<NightRecord> nights) {
    Map<String, Run> runs = new HashMap<>();
    trials.stream()
        .filter(t -> t.state() == TrialState.COMPLETE)
        .sorted(Comparator.comparingLong(TrialRecord::trialId))
        .forEach(t -> runs.put(t.runId(), of(t)));
    if (!runs.isEmpty()) {
      nights.forEach(n -> runs.put(n.runId(), new Run(n.runId(), n.runDate(), n.yardstick())));
    }
    return runs.values().stream().max(ORDER);
  }

  /** The run of a trial, as it was when the trial began. */
  private static Run of(TrialRecord trial) {
    LocalDate began = trial.startedAt().atZone(ZoneOffset.UTC).toLocalDate();
    return new Run(
        trial.runId(), RunId.dateOfNight(trial.runId()).orElse(began), Yardstick.of(trial));
  }
}
