package io.paretune.jobs.tables;

import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A night's run and how its benchmark and scores differ from the run before.
 *
 * @param study the search
 * @param runId the run
 * @param runDate its day, UTC
 * @param yardstick what its trials are measured by
 * @param previousRunId the run that it started from; empty if there was none
 * @param rescored points of the earlier frontier that were scored again
 * @param tried new candidates that ended
 * @param questions of the searched split: how they differ from the run before
 * @param denseDrift how the dense model's score changed: the benchmark became easier or harder
 * @param scoreDrift how the earlier frontier's mean score changed
 * @param startedAt UTC, in microseconds
 * @param finishedAt UTC, in microseconds
 */
public record NightRecord(
    String study,
    String runId,
    LocalDate runDate,
    Yardstick yardstick,
    String previousRunId,
    long rescored,
    long tried,
    Questions questions,
    Optional<Change> denseDrift,
    Optional<Change> scoreDrift,
    Instant startedAt,
    Instant finishedAt) {

  /** Questions that both runs asked, that only this one did, and that only the earlier one did. */
  public record Questions(long common, long added, long removed) {
    public boolean isUnchanged() {
      return added == 0 && removed == 0;
    }
  }

  public NightRecord {
    startedAt = startedAt.truncatedTo(ChronoUnit.MICROS);
    finishedAt = finishedAt.truncatedTo(ChronoUnit.MICROS);
  }
}
