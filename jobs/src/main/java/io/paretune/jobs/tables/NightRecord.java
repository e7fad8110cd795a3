package io.paretune.jobs.tables;

import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

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

  /**
   * How the searched questions differ, by their ids.
   *
   * @param common that both runs asked
   * @param added that only this one did
   * @param removed that only the earlier one did
   * @param changed of the common ones, those that were edited in place: another text, answer or
   *     image under the same id; empty where the earlier questions are not there any more
   */
  public record Questions(long common, long added, long removed, OptionalLong changed) {
    public Questions {
      if (changed.orElse(0) > common) {
        throw new IllegalArgumentException(
            "%d of %d common questions cannot have changed".formatted(changed.getAsLong(), common));
      }
    }

    public Questions(long common, long added, long removed, long changed) {
      this(common, added, removed, OptionalLong.of(changed));
    }

    public boolean isUnchanged() {
      return added == 0 && removed == 0 && changed.equals(OptionalLong.of(0));
    }
  }

  public NightRecord {
    startedAt = startedAt.truncatedTo(ChronoUnit.MICROS);
    finishedAt = finishedAt.truncatedTo(ChronoUnit.MICROS);
  }
}
