package io.paretune.jobs.tables;

import io.paretune.jobs.search.TrialState;
import io.paretune.udfs.cost.Workload;

/**
 * What a trial is measured by: trials that share it can be compared.
 *
 * @param modelId the model, by its content's hash
 * @param benchmarkVersion what it is scored on
 * @param workload the load that fixes the cache's size
 */
public record Yardstick(String modelId, String benchmarkVersion, Workload workload) {

  public static Yardstick of(TrialRecord trial) {
    return new Yardstick(trial.modelId(), trial.benchmarkVersion(), trial.workload());
  }

  public static Yardstick of(FrontierRecord point) {
    return new Yardstick(point.modelId(), point.benchmarkVersion(), point.workload());
  }

  /** Whether a trial is scored on everything by it. */
  public boolean scored(TrialRecord trial) {
    return trial.state() == TrialState.COMPLETE && of(trial).equals(this);
  }
}
