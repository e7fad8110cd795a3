package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.VisionWeights;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.profile.VisionPlan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Vision tower and projector with their pruned matrices, in memory of their own; the dense ones are
 * never written. A criterion ranks them as it does a decoder's: an encoder layer's fc1 and fc2, and
 * the projector's two layers, are like up and down.
 */
public final class PrunedVision implements AutoCloseable {
  private static final List<Projection> ATTENTION =
      List.of(Projection.Q, Projection.K, Projection.V);

  private final NDManager owner;
  private final VisionWeights weights;

  private PrunedVision(NDManager owner, VisionWeights weights) {
    this.owner = owner;
    this.weights = weights;
  }

  /**
   * Prunes.
   *
   * @param owner of the memory; closed with the result, or if nothing comes of it
   * @param dense fp32 on the CPU
   * @param tower ranks encoder layers
   * @param projector ranks the projector, as layer 0
   */
  public static PrunedVision of(
      NDManager owner,
      VisionWeights dense,
      VisionPlan plan,
      PruningCriterion tower,
      PruningCriterion projector) {
    boolean complete = false;
    try {
      List<Map<InputSite, NDArray>> layers = new ArrayList<>();
      for (int l = 0; l < dense.layers().size(); l++) {
        layers.add(
            plan.towerRatio() > 0
                ? pruned(owner, dense.matrices(l), tower, l, plan.towerRatio())
                : Map.of());
      }
      Map<InputSite, NDArray> projecting =
          plan.projectorRatio() > 0
              ? pruned(owner, dense.projectorMatrices(), projector, 0, plan.projectorRatio())
              : Map.of();
      PrunedVision vision = new PrunedVision(owner, dense.with(layers, projecting));
      complete = true;
      return vision;
    } finally {
      if (!complete) {
        owner.close();
      }
    }
  }

  private static Map<InputSite, NDArray> pruned(
      NDManager owner,
      Map<InputSite, NDArray> dense,
      PruningCriterion criterion,
      int layer,
      double ratio) {
    MatrixPruning pruning = MatrixPruning.withoutIndex(criterion);
    Map<InputSite, NDArray> pruned = new EnumMap<>(InputSite.class);
    dense.forEach(
        (site, matrix) -> {
          NDArray out = owner.create(matrix.getShape(), DataType.FLOAT32);
          WeightMatrix from = WeightMatrix.of(matrix);
          WeightMatrix to = WeightMatrix.of(out);
          List<Projection> projections = projections(site);
          int rows = from.rows() / projections.size();
          for (int p = 0; p < projections.size(); p++) {
            pruning.prune(
                layer,
                projections.get(p),
                ratio,
                from.rows(p * rows, rows),
                to.rows(p * rows, rows));
          }
          pruned.put(site, out);
        });
    return pruned;
  }

  private static List<Projection> projections(InputSite site) {
    return switch (site) {
      case ATTENTION -> ATTENTION;
      case ATTENTION_OUTPUT -> List.of(Projection.O);
      case MLP -> List.of(Projection.UP);
      case MLP_DOWN -> List.of(Projection.DOWN);
    };
  }

  /** Borrowed: valid until this is closed. */
  public VisionWeights weights() {
    return weights;
  }

  @Override
  public void close() {
    owner.close();
  }
}
