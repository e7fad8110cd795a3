package io.paretune.jobs.tables;

import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import java.time.Instant;
import java.util.Map;

/** Trials of a model of four layers whose dense memory is 1000 bytes; guessing scores 0.2. */
public final class Trials {
  private Trials() {}

  /** A trial in its study's run "run". */
  public static TrialRecord running(String study, long id, double ratio, long memoryBytes) {
    return running(study, "run", id, ratio, memoryBytes);
  }

  public static TrialRecord running(
      String study, String run, long id, double ratio, long memoryBytes) {
    return TrialRecord.running(
        study,
        id,
        run,
        TrialOrigin.SAMPLER,
        "model",
        "version",
        new Workload(1, 10),
        CompressionProfile.uniform(CriterionName.WANDA, 4, ratio, 16, 16),
        new TrialCost(memoryBytes, 0, 1000, ratio, 16),
        0.2,
        Instant.EPOCH,
        1);
  }

  /** The same, complete. */
  public static TrialRecord complete(
      String run, long id, double ratio, long memoryBytes, double score) {
    return running("study", run, id, ratio, memoryBytes)
        .completed(score(score), Instant.EPOCH.plusSeconds(1), 1);
  }

  public static TrialScore score(double score) {
    return new TrialScore(
        score, Math.max(0, score - 0.05), Math.min(1, score + 0.05), Map.of("toy", score), 100);
  }
}
