package io.paretune.jobs.tables;

import io.paretune.jobs.search.TrialState;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A candidate and what became of it.
 *
 * @param study the search it belongs to
 * @param trialId its number in the study
 * @param runId the run of the study that tried it
 * @param origin who proposed it
 * @param modelId the model, by its content's hash
 * @param benchmarkVersion what it was scored on
 * @param workload the load that fixes the cache's size
 * @param profile how the model is compressed
 * @param cost what that needs of memory
 * @param chanceScore the score of guessing on the same questions
 * @param score what it answered right; a complete or stopped trial has one, a failed one may
 * @param heldOut its score on held-out questions, once confirmed
 * @param state how far it has come
 * @param reason why it was stopped or failed; of others what it survived, or empty
 * @param startedAt UTC, in microseconds
 * @param finishedAt UTC, in microseconds; present unless it is running
 * @param costSeconds task time spent on it so far
 * @param seed what its proposal was drawn with
 */
public record TrialRecord(
    String study,
    long trialId,
    String runId,
    TrialOrigin origin,
    String modelId,
    String benchmarkVersion,
    Workload workload,
    CompressionProfile profile,
    TrialCost cost,
    double chanceScore,
    Optional<TrialScore> score,
    Optional<HeldOut> heldOut,
    TrialState state,
    String reason,
    Instant startedAt,
    Optional<Instant> finishedAt,
    double costSeconds,
    long seed) {
  public TrialRecord {
    startedAt = startedAt.truncatedTo(ChronoUnit.MICROS);
    finishedAt = finishedAt.map(t -> t.truncatedTo(ChronoUnit.MICROS));
    if (trialId < 0) {
      throw new IllegalArgumentException("trial ids start at 0, was " + trialId);
    }
    if (!(chanceScore >= 0 && chanceScore <= 1)) {
      throw refusal(trialId, "chance score must be in [0, 1], was " + chanceScore);
    }
    if (finishedAt.isPresent() == (state == TrialState.RUNNING)) {
      throw refusal(
          trialId,
          "a trial has an end unless it is running; is " + state.key() + ", " + finishedAt);
    }
    if (score.isEmpty() && (state == TrialState.COMPLETE || state == TrialState.STOPPED)) {
      throw refusal(trialId, "is " + state.key() + " without a score");
    }
    if (reason.isBlank() && (state == TrialState.STOPPED || state == TrialState.FAILED)) {
      throw refusal(trialId, "is " + state.key() + " without a reason");
    }
  }

  private static IllegalArgumentException refusal(long trialId, String what) {
    return new IllegalArgumentException("trial " + trialId + ": " + what);
  }

  /** A trial that starts now. */
  public static TrialRecord running(
      String study,
      long trialId,
      String runId,
      TrialOrigin origin,
      String modelId,
      String benchmarkVersion,
      Workload workload,
      CompressionProfile profile,
      TrialCost cost,
      double chanceScore,
      Instant startedAt,
      long seed) {
    return new TrialRecord(
        study,
        trialId,
        runId,
        origin,
        modelId,
        benchmarkVersion,
        workload,
        profile,
        cost,
        chanceScore,
        Optional.empty(),
        Optional.empty(),
        TrialState.RUNNING,
        "",
        startedAt,
        Optional.empty(),
        0,
        seed);
  }

  /** The same trial, scored on everything. */
  public TrialRecord completed(TrialScore result, Instant end, double seconds) {
    return ended(TrialState.COMPLETE, Optional.of(result), "", end, seconds);
  }

  /** The same trial, given up early. */
  public TrialRecord stopped(TrialScore soFar, String why, Instant end, double seconds) {
    return ended(TrialState.STOPPED, Optional.of(soFar), why, end, seconds);
  }

  /** The same trial, gone wrong. */
  public TrialRecord failed(String why, Instant end, double seconds) {
    return ended(TrialState.FAILED, score, why, end, seconds);
  }

  private TrialRecord ended(
      TrialState end, Optional<TrialScore> result, String why, Instant at, double seconds) {
    return with(result, heldOut, end, why, Optional.of(at), seconds);
  }

  /** The same trial with a note of what it survived. */
  public TrialRecord noting(String what) {
    return with(score, heldOut, state, what, finishedAt, costSeconds);
  }

  /** The same trial with its score on held-out questions. */
  public TrialRecord confirmed(HeldOut result) {
    return with(score, Optional.of(result), state, reason, finishedAt, costSeconds);
  }

  private TrialRecord with(
      Optional<TrialScore> newScore,
      Optional<HeldOut> newHeldOut,
      TrialState newState,
      String newReason,
      Optional<Instant> newFinishedAt,
      double newCostSeconds) {
    return new TrialRecord(
        study,
        trialId,
        runId,
        origin,
        modelId,
        benchmarkVersion,
        workload,
        profile,
        cost,
        chanceScore,
        newScore,
        newHeldOut,
        newState,
        newReason,
        startedAt,
        newFinishedAt,
        newCostSeconds,
        seed);
  }

  /** The score on held-out questions, once confirmed. */
  public OptionalDouble confirmedScore() {
    return heldOut.map(h -> OptionalDouble.of(h.score())).orElse(OptionalDouble.empty());
  }

  /** Whether nothing is done to the model. */
  public boolean isDense() {
    return profile.isDense();
  }
}
