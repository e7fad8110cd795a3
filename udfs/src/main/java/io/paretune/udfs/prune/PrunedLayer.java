package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.LayerWeights;
import io.paretune.udfs.model.WeightPlace;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The pruned matrices of one decoder layer, in memory of their own; the dense ones are never
 * written. Matrices of which nothing is pruned are not here: share the dense ones. Whoever made it
 * closes it, once no pass that reads its matrices is under way.
 */
public final class PrunedLayer implements AutoCloseable {
  private static final long NOTHING_GOES = -1;

  private final Consumer<NDArray> giveBack;
  private final Map<InputSite, NDArray> matrices = new EnumMap<>(InputSite.class);
  private final AtomicBoolean closed = new AtomicBoolean();

  private PrunedLayer(Consumer<NDArray> giveBack) {
    this.giveBack = giveBack;
  }

  /** Makes one of the matrices. */
  private interface Making {
    NDArray of(InputSite site);
  }

  /**
   * Writes a layer's pruned matrices.
   *
   * @param pool where their memory comes from and goes back to
   * @param dense its weights
   * @param plan what goes
   */
  public static PrunedLayer of(
      MatrixPool pool, LayerPruning pruning, FusedLayer dense, LayerPlan plan) {
    return filled(
        new PrunedLayer(pool::giveBack),
        dense,
        plan,
        site -> {
          WeightMatrix fused = dense.fused(site);
          NDArray out = pool.take(fused.rows(), fused.columns()); // (rows, columns)
          return Undo.unlessDone(
              () -> pool.giveBack(out),
              () -> {
                WeightMatrix target = WeightMatrix.of(out);
                for (Projection p : site.projections()) {
                  pruning.prune(plan, p, dense.part(p, fused), dense.part(p, target));
                }
                return out;
              });
        });
  }

  /** The same where a model's weights are, rounded to its type; this one is closed. */
  public PrunedLayer placed(WeightPlace place) {
    PrunedLayer there = new PrunedLayer(NDArray::close);
    try {
      return Undo.unlessDone(
          there::close,
          () -> {
            matrices.forEach((site, matrix) -> there.matrices.put(site, place.placed(matrix)));
            return there;
          });
    } finally {
      close();
    }
  }

  /**
   * Prunes by one compare a weight where a model's weights and their levels are.
   *
   * @param index has the plan's ratios ({@link #isOnGrid})
   * @param levels of the layer
   * @param weights the layer's, dense
   * @param dense the same weights on the host
   * @return what {@link #placed} gives of the same plan, bit for bit
   */
  public static PrunedLayer ofLevels(
      WeightPlace place,
      LevelIndex index,
      PlacedLevels levels,
      LayerWeights weights,
      FusedLayer dense,
      LayerPlan plan) {
    return filled(
        new PrunedLayer(NDArray::close),
        dense,
        plan,
        site -> {
          List<LevelMatrix> parts =
              site.projections().stream().map(p -> index.matrix(plan.layer(), p)).toList();
          long[] rows = parts.stream().mapToLong(LevelMatrix::rows).toArray();
          long[] positions = new long[rows.length];
          for (int i = 0; i < rows.length; i++) {
            double ratio = plan.pruningRatio(site.projections().get(i));
            positions[i] =
                PruningCriterion.prunedPerRow(parts.get(i).columns(), ratio) == 0
                    ? NOTHING_GOES
                    : parts.get(i).position(ratio).orElseThrow();
          }
          return place.pruned(weights.matrix(site), levels.of(site), rows, positions);
        });
  }

  /** Whether an index has the masks of all that the plan prunes. */
  public static boolean isOnGrid(LevelIndex index, LayerPlan plan) {
    if (plan.pattern() != Pattern.UNSTRUCTURED) {
      return false;
    }
    for (Projection p : Projection.values()) {
      LevelMatrix levels = index.matrix(plan.layer(), p);
      double ratio = plan.pruningRatio(p);
      if (PruningCriterion.prunedPerRow(levels.columns(), ratio) > 0
          && levels.position(ratio).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static PrunedLayer filled(
      PrunedLayer empty, FusedLayer dense, LayerPlan plan, Making matrices) {
    return Undo.unlessDone(
        empty::close,
        () -> {
          for (InputSite site : InputSite.values()) {
            if (prunesAny(site, dense.fused(site).columns(), plan)) {
              empty.matrices.put(site, matrices.of(site));
            }
          }
          return empty;
        });
  }

  private static boolean prunesAny(InputSite site, int columns, LayerPlan plan) {
    return site.projections().stream()
        .anyMatch(p -> PruningCriterion.prunedPerRow(columns, plan.pruningRatio(p)) > 0);
  }

  /**
   * The fused matrix that reads that input, of the dense one's shape; empty where nothing of it is
   * pruned. Borrowed: valid until this is closed.
   */
  public Optional<NDArray> matrix(InputSite site) {
    if (closed.get()) {
      throw new IllegalStateException("the pruned layer is closed");
    }
    return Optional.ofNullable(matrices.get(site));
  }

  /** Weights of the matrices, those that went among them. */
  public long weights() {
    return matrices.values().stream().mapToLong(m -> m.getShape().size()).sum();
  }

  /** Frees the memory, or gives it back to its pool; further calls do nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      matrices.values().forEach(giveBack);
    }
  }
}
