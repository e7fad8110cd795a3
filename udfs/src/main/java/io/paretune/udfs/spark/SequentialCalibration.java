package io.paretune.udfs.spark;

import io.paretune.udfs.evaluate.LayerwiseCalibration;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.prune.ActivationStatistics;
import io.paretune.udfs.prune.PruningCriterion;
import io.paretune.udfs.prune.StatisticsShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.storage.StorageLevel;

/**
 * Activation statistics in which every layer sees what the layers before it, pruned by the same
 * profile, make of the questions: with them, a criterion's one-shot rule gives the published codes'
 * sequential masks. One Spark job a layer; between jobs the executors keep the shards' hidden
 * states.
 */
public final class SequentialCalibration {
  private SequentialCalibration() {}

  /**
   * Measures up to the last layer that is pruned.
   *
   * @param shards the calibration questions
   * @param profile by whose criterion and ratios layers are pruned
   * @throws IllegalArgumentException if nothing is pruned
   */
  public static ActivationStatistics measure(
      JavaRDD<PreparedShard> shards, ModelSource source, CompressionProfile profile) {
    int last =
        profile.layers().stream()
            .filter(LayerPlan::isPruned)
            .mapToInt(LayerPlan::layer)
            .max()
            .orElseThrow(() -> new IllegalArgumentException("nothing is pruned"));
    List<ActivationStatistics> layers = new ArrayList<>();
    JavaRDD<LayerwiseCalibration> states = kept(shards.map(new Start(source)));
    try {
      for (int l = 0; l <= last; l++) {
        layers.add(
            states.map(new Squares(source, l)).collect().stream()
                .map(bytes -> ActivationStatistics.fromBytes("calibration shard", bytes))
                .reduce(ActivationStatistics::merge)
                .orElseThrow(() -> new IllegalStateException("no calibration question")));
        if (l < last) {
          JavaRDD<LayerwiseCalibration> next =
              kept(states.map(new Step(source, profile, l, stacked(layers).toBytes())));
          next.count(); // while its parent is still there
          states.unpersist();
          states = next;
        }
      }
      return stacked(layers);
    } finally {
      states.unpersist();
    }
  }

  private static JavaRDD<LayerwiseCalibration> kept(JavaRDD<LayerwiseCalibration> states) {
    return states.persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static ActivationStatistics stacked(List<ActivationStatistics> layers) {
    return ActivationStatistics.ofLayers(
        new StatisticsShape(layers.size(), layers.get(0).shape().channels()), layers);
  }

  private record Start(ModelSource source)
      implements Function<PreparedShard, LayerwiseCalibration> {
    @Override
    public LayerwiseCalibration call(PreparedShard shard) {
      return LayerwiseCalibration.start(source.resident().model(), shard);
    }
  }

  private record Squares(ModelSource source, int layer)
      implements Function<LayerwiseCalibration, byte[]> {
    @Override
    public byte[] call(LayerwiseCalibration state) {
      ResidentModel resident = source.resident();
      return state.squares(resident.model(), resident.model().layer(layer)).toBytes();
    }
  }

  /** Through a layer, pruned as the profile says by the statistics so far. */
  private record Step(ModelSource source, CompressionProfile profile, int layer, byte[] statistics)
      implements Function<LayerwiseCalibration, LayerwiseCalibration> {
    @Override
    public LayerwiseCalibration call(LayerwiseCalibration state) throws InterruptedException {
      ResidentModel resident = source.resident();
      CompressionProfile alone =
          profile.pruningOnly().withLayers(List.of(profile.layer(layer).pruningOnly()));
      try (ResidentModel.Candidate candidate =
          resident.lend(
              alone,
              () ->
                  PruningCriterion.of(
                      profile.criterion(),
                      () -> ActivationStatistics.fromBytes("calibration so far", statistics)),
              Optional.empty(),
              TaskContext.get()::isInterrupted)) {
        return state.after(resident.model(), candidate.layers().weights().get(layer));
      }
    }
  }
}
