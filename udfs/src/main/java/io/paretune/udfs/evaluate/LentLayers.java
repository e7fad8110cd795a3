package io.paretune.udfs.evaluate;

import io.paretune.udfs.prune.PrunedLayer;
import java.util.Map;

/**
 * Pruned layers that are lent together.
 *
 * @param byIndex in the decoder; those that nothing is done to are missing
 */
record LentLayers(Map<Integer, PrunedLayer> byIndex) implements AutoCloseable {
  @Override
  public void close() {
    byIndex.values().forEach(PrunedLayer::close);
  }
}
