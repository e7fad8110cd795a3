package io.paretune.udfs.prune;

import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;

/** Writes what is left of a layer's matrices. */
@FunctionalInterface
public interface LayerPruning {
  /**
   * Writes one matrix; where nothing of it goes, the same weights bit for bit. What goes is +0.
   *
   * @param plan of the layer: ratio and pattern
   * @param out of the shape of {@code dense}, in other memory
   */
  void prune(LayerPlan plan, Projection projection, WeightMatrix dense, WeightMatrix out);
}
