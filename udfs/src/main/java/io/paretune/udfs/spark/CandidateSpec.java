package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.PruningCriterion;
import io.paretune.udfs.prune.RatioGrid;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * A candidate as tasks receive it.
 *
 * @param profile what is done to the model
 * @param statistics of the calibration; null where no weight is pruned by them (an Optional cannot
 *     be serialized)
 * @param ratios that the study chooses from: the level index answers for these
 */
public record CandidateSpec(
    CompressionProfile profile, @Nullable Calibrated statistics, List<Double> ratios)
    implements Serializable {

  /**
   * Statistics that are sent to each executor once.
   *
   * @param id of the statistics
   * @param bytes as {@link ActivationStatistics#toBytes} made them
   */
  public record Calibrated(String id, Broadcast<byte[]> bytes) implements Serializable {
    private static final Map<String, ActivationStatistics> READ = new ConcurrentHashMap<>();

    ActivationStatistics statistics() {
      return READ.computeIfAbsent(
          id, key -> ActivationStatistics.fromBytes("calibration " + id, bytes.value()));
    }
  }

  public CandidateSpec {
    ratios = ratios.stream().filter(r -> r > 0).distinct().sorted().toList();
  }

  /** The candidate's layers, borrowed from the process's model. */
  ResidentModel.Candidate borrow(ResidentModel resident) throws InterruptedException {
    return resident.lend(
        profile,
        this::criterion,
        ratios.isEmpty() ? Optional.empty() : Optional.of(new RatioGrid(ratios)));
  }

  private PruningCriterion criterion() {
    return PruningCriterion.of(
        profile.criterion(),
        () -> {
          if (statistics == null) {
            throw new IllegalStateException("the model was not calibrated");
          }
          return statistics.statistics();
        });
  }
}
