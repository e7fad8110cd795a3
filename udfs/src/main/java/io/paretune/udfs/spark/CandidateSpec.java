package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.PruningCriterion;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A candidate as tasks receive it.
 *
 * @param profile what is done to the model
 * @param evidence what its weights are pruned by
 * @param levels of the ratios that candidates with the same evidence choose from; null where there
 *     is no index (an Optional cannot be serialized)
 */
public record CandidateSpec(CompressionProfile profile, Evidence evidence, @Nullable Levels levels)
    implements Serializable {

  /** A candidate without anything to prune by: dense, or pruned by magnitude. */
  public static CandidateSpec of(CompressionProfile profile) {
    return new CandidateSpec(profile, new Evidence.None(), null);
  }

  /**
   * The candidate's layers, borrowed from the process's model.
   *
   * @throws InterruptedException if interrupted while others hold the memory
   */
  public ResidentModel.Candidate borrow(ResidentModel resident) throws InterruptedException {
    if (evidence instanceof Evidence.Questions q) {
      return resident.lendUpdated(profile, q.id(), () -> q.questions().value());
    }
    return resident.lend(profile, this::criterion, Optional.ofNullable(levels).map(Levels::source));
  }

  /** The profile's criterion with what it needs. */
  PruningCriterion criterion() {
    return PruningCriterion.of(profile.criterion(), this::statistics);
  }

  private ActivationStatistics statistics() {
    if (evidence instanceof Evidence.Statistics s) {
      return s.statistics();
    }
    throw new IllegalStateException("the model was not calibrated");
  }
}
