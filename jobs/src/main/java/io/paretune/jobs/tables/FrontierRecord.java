package io.paretune.jobs.tables;

import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.OptionalDouble;

/**
 * A point of a run's frontier.
 *
 * @param study the search
 * @param runId the run whose frontier it is
 * @param runDate that run's day, UTC
 * @param trialId the trial behind the point
 * @param modelId the model, by its content's hash
 * @param benchmarkVersion what it was scored on
 * @param workload the load that fixes the cache's size
 * @param cost what the profile needs of memory
 * @param score share of the questions answered right
 * @param scoreLow lower end of the 95 % confidence interval
 * @param scoreHigh its upper end
 * @param chanceScore the score of guessing
 * @param confirmedScore its score on held-out questions, once confirmed
 * @param profile how the model is compressed
 * @param hypervolume of the run's whole frontier: the dominated share of the rectangle between
 *     (dense memory, chance score) and (0, 1)
 * @param status what became of it since the run before
 * @param gate why the gate does not let it through; empty if it does
 */
public record FrontierRecord(
    String study,
    String runId,
    LocalDate runDate,
    long trialId,
    String modelId,
    String benchmarkVersion,
    Workload workload,
    TrialCost cost,
    double score,
    double scoreLow,
    double scoreHigh,
    double chanceScore,
    OptionalDouble confirmedScore,
    CompressionProfile profile,
    double hypervolume,
    FrontierStatus status,
    String gate) {
  /** By the runs' days and, on one day, by when they began. */
  public static final Comparator<FrontierRecord> BY_RUN =
      Comparator.comparing(FrontierRecord::runDate).thenComparing(FrontierRecord::runId);

  public FrontierRecord {
    if (!(hypervolume >= 0 && hypervolume <= 1)) {
      throw new IllegalArgumentException("hypervolume is a share in [0, 1], was " + hypervolume);
    }
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException(
          "trial %d: score must be in [0, 1], was %s".formatted(trialId, score));
    }
  }

  /** Whether the gate lets it through to be served. */
  public boolean promoted() {
    return gate.isEmpty();
  }

  /** The same point as part of another run's frontier. */
  public FrontierRecord inRun(
      String otherRun, LocalDate otherDate, double otherHypervolume, FrontierStatus otherStatus) {
    return with(otherRun, otherDate, otherHypervolume, otherStatus, gate);
  }

  /** The same point with what the gate says of it. */
  public FrontierRecord judged(String why) {
    return with(runId, runDate, hypervolume, status, why);
  }

  private FrontierRecord with(
      String run, LocalDate date, double volume, FrontierStatus standing, String why) {
    return new FrontierRecord(
        study,
        run,
        date,
        trialId,
        modelId,
        benchmarkVersion,
        workload,
        cost,
        score,
        scoreLow,
        scoreHigh,
        chanceScore,
        confirmedScore,
        profile,
        volume,
        standing,
        why);
  }
}
