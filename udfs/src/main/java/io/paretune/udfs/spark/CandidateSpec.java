package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.ImageEncoding;
import io.paretune.udfs.evaluate.LentVision;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.PruningCriterion;
import java.io.Serializable;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A candidate as tasks receive it.
 *
 * @param profile what is done to the model
 * @param evidence what its weights are pruned by
 * @param levels of the ratios that candidates with the same evidence choose from; null where there
 *     is no index (an Optional cannot be serialized)
 * @param sight what vision tower and projector are pruned by
 */
public record CandidateSpec(
    CompressionProfile profile, Evidence evidence, @Nullable Levels levels, VisionEvidence sight)
    implements Serializable {

  /**
   * What vision tower and projector are pruned by.
   *
   * @param tower what its encoder layers saw
   * @param projector what its two layers saw
   */
  public record VisionEvidence(Evidence tower, Evidence projector) implements Serializable {
    /** Nothing: no weight goes before the decoder, or by its magnitude. */
    public static VisionEvidence nothing() {
      return new VisionEvidence(new Evidence.None(), new Evidence.None());
    }
  }

  /** A candidate that leaves vision tower and projector as they are. */
  public CandidateSpec(CompressionProfile profile, Evidence evidence, @Nullable Levels levels) {
    this(profile, evidence, levels, VisionEvidence.nothing());
  }

  /** A candidate without anything to prune by: dense, or pruned by magnitude. */
  public static CandidateSpec of(CompressionProfile profile) {
    return new CandidateSpec(profile, new Evidence.None(), null);
  }

  /** The same with what vision tower and projector are pruned by. */
  public CandidateSpec seeing(VisionEvidence by) {
    return new CandidateSpec(profile, evidence, levels, by);
  }

  /**
   * The candidate's layers, borrowed from the process's model.
   *
   * @throws InterruptedException if interrupted while others hold the memory
   */
  public ResidentModel.Candidate borrow(ResidentModel resident) throws InterruptedException {
    return borrow(resident, () -> false);
  }

  /**
   * The same for a task that may be cancelled.
   *
   * @throws io.paretune.udfs.evaluate.CancelledException if it was
   */
  ResidentModel.Candidate borrow(ResidentModel resident, BooleanSupplier cancelled)
      throws InterruptedException {
    return evidence instanceof Evidence.Questions q
        ? resident.lendUpdated(profile, q.id(), () -> q.questions().value(), cancelled)
        : resident.lend(
            profile, this::criterion, Optional.ofNullable(levels).map(Levels::source), cancelled);
  }

  /**
   * The candidate's vision tower and projector, borrowed.
   *
   * @throws InterruptedException if interrupted while others hold the memory
   */
  public LentVision borrowVision(ResidentModel resident) throws InterruptedException {
    return borrowVision(resident, () -> false);
  }

  private LentVision borrowVision(ResidentModel resident, BooleanSupplier cancelled)
      throws InterruptedException {
    return resident.lendVision(
        profile.vision(),
        () -> criterion(sight.tower()),
        () -> criterion(sight.projector()),
        cancelled);
  }

  /**
   * A shard as the candidate sees its images: as it was prepared, unless vision tower or projector
   * are pruned.
   *
   * @throws io.paretune.udfs.evaluate.CancelledException if the task was
   */
  PreparedShard seen(ResidentModel resident, PreparedShard shard, BooleanSupplier cancelled)
      throws InterruptedException {
    if (profile.vision().isDense()) {
      return shard;
    }
    try (LentVision borrowed = borrowVision(resident, cancelled)) {
      return shard.seenBy(
          new ImageEncoding(
              resident.model(),
              new ImageProcessor(resident.checkpoint().imageProcessor()),
              borrowed.weights()),
          cancelled);
    }
  }

  /** The profile's criterion with what it needs. */
  PruningCriterion criterion() {
    return criterion(evidence);
  }

  private PruningCriterion criterion(Evidence by) {
    return PruningCriterion.of(profile.criterion(), () -> statistics(by));
  }

  private static ActivationStatistics statistics(Evidence by) {
    if (by instanceof Evidence.Statistics s) {
      return s.statistics();
    }
    throw new IllegalStateException("the model was not calibrated");
  }
}
