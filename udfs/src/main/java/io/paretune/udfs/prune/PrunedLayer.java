package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The pruned matrices of one decoder layer, in memory of their own; the dense ones are never
 * written. Matrices of which nothing is pruned are not here: share the dense ones. Whoever made it
 * closes it, once no pass that reads its matrices is under way.
 */
public final class PrunedLayer implements AutoCloseable {
  private final MatrixPool pool;
  private final Map<InputSite, NDArray> matrices;
  private final AtomicBoolean closed = new AtomicBoolean();

  private PrunedLayer(MatrixPool pool, Map<InputSite, NDArray> matrices) {
    this.pool = pool;
    this.matrices = matrices;
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
    PrunedLayer pruned = new PrunedLayer(pool, new EnumMap<>(InputSite.class));
    boolean complete = false;
    try {
      for (InputSite site : InputSite.values()) {
        WeightMatrix fused = dense.fused(site);
        if (prunesAny(site, fused.columns(), plan)) {
          NDArray out = pool.take(fused.rows(), fused.columns()); // (rows, columns)
          pruned.matrices.put(site, out);
          WeightMatrix target = WeightMatrix.of(out);
          for (Projection p : site.projections()) {
            pruning.prune(plan, p, dense.part(p, fused), dense.part(p, target));
          }
        }
      }
      complete = true;
      return pruned;
    } finally {
      if (!complete) {
        pruned.close();
      }
    }
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

  /** Memory that the matrices take. */
  public long bytes() {
    return matrices.values().stream().mapToLong(m -> m.getShape().size() * Float.BYTES).sum();
  }

  /** Gives the memory back to the pool; further calls do nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      matrices.values().forEach(pool::giveBack);
    }
  }
}
