package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.VisionWeights;
import io.paretune.udfs.model.WeightPlace;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.profile.VisionPlan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Vision tower and projector with their pruned matrices, in memory of their own; the dense ones are
 * never written. A criterion ranks them as it does a decoder's: an encoder layer's fc1 and fc2, and
 * the projector's two layers, are like up and down.
 */
public final class PrunedVision implements AutoCloseable {
  private static final List<Projection> ATTENTION =
      List.of(Projection.Q, Projection.K, Projection.V);

  private final Matrices matrices;
  private final VisionWeights weights;
  private final Runnable free;

  /**
   * What was pruned.
   *
   * @param tower by encoder layer; empty where nothing of it goes
   * @param projecting the projector's
   */
  private record Matrices(List<Map<InputSite, NDArray>> tower, Map<InputSite, NDArray> projecting) {
    VisionWeights in(VisionWeights dense) {
      return dense.with(tower, projecting);
    }

    Matrices each(UnaryOperator<NDArray> change) {
      return new Matrices(
          tower.stream().map(layer -> each(layer, change)).toList(), each(projecting, change));
    }

    private static Map<InputSite, NDArray> each(
        Map<InputSite, NDArray> own, UnaryOperator<NDArray> change) {
      Map<InputSite, NDArray> changed = new EnumMap<>(InputSite.class);
      own.forEach((site, matrix) -> changed.put(site, change.apply(matrix)));
      return changed;
    }
  }

  private PrunedVision(Matrices matrices, VisionWeights dense, Runnable free) {
    this.matrices = matrices;
    this.weights = matrices.in(dense);
    this.free = free;
  }

  /**
   * Prunes.
   *
   * @param owner of the memory; closed with the result, or if nothing comes of it
   * @param dense fp32 on the CPU
   * @param tower ranks encoder layers
   * @param projector ranks the projector, as layer 0
   * @param goOn called before each layer; what it throws ends it
   */
  public static PrunedVision of(
      NDManager owner,
      VisionWeights dense,
      VisionPlan plan,
      PruningCriterion tower,
      PruningCriterion projector,
      Runnable goOn) {
    return Undo.unlessDone(
        owner::close,
        () -> {
          List<Map<InputSite, NDArray>> layers = new ArrayList<>();
          for (int l = 0; l < dense.layers().size(); l++) {
            goOn.run();
            layers.add(
                plan.towerRatio() > 0
                    ? pruned(owner, dense.matrices(l), tower, l, plan.towerRatio())
                    : Map.of());
          }
          goOn.run();
          Map<InputSite, NDArray> projecting =
              plan.projectorRatio() > 0
                  ? pruned(owner, dense.projectorMatrices(), projector, 0, plan.projectorRatio())
                  : Map.of();
          return new PrunedVision(new Matrices(layers, projecting), dense, owner::close);
        });
  }

  /**
   * The same where a model's weights are, rounded to its type; this one is closed.
   *
   * @param dense the model's
   */
  public PrunedVision placed(WeightPlace place, VisionWeights dense) {
    List<NDArray> made = new ArrayList<>();
    Runnable undo = () -> made.forEach(NDArray::close);
    try {
      return Undo.unlessDone(
          undo,
          () -> {
            Matrices placed =
                matrices.each(
                    matrix -> {
                      NDArray copy = place.placed(matrix);
                      made.add(copy);
                      return copy;
                    });
            return new PrunedVision(placed, dense, undo);
          });
    } finally {
      close();
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
    free.run();
  }
}
