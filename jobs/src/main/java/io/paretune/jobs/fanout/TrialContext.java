package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.TrialCost;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.profile.CompressionProfile;
import java.time.Instant;

/**
 * What all trials of a run share.
 *
 * @param study the search
 * @param runId the run of it
 * @param modelId the model, by its content's hash
 * @param benchmarkVersion what trials are scored on
 * @param split whose questions they are
 * @param answering how they are answered
 * @param footprint of the model under the declared workload
 * @param questions all of them
 * @param rungs the steps in which a trial's shards are asked
 * @param chanceScore the score of guessing on these questions
 * @param seed of the search
 */
public record TrialContext(
    String study,
    String runId,
    String modelId,
    String benchmarkVersion,
    String split,
    Answering answering,
    MemoryFootprint footprint,
    QuestionImages questions,
    Rungs rungs,
    double chanceScore,
    long seed) {

  /** The row of a trial that starts. */
  public TrialRecord running(
      long trialId, TrialOrigin origin, CompressionProfile profile, Instant now) {
    return TrialRecord.running(
        study,
        trialId,
        runId,
        origin,
        modelId,
        benchmarkVersion,
        footprint.workload(),
        profile,
        TrialCost.of(footprint, profile),
        chanceScore,
        now,
        seed);
  }
}
