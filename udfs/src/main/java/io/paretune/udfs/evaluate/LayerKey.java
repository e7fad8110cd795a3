package io.paretune.udfs.evaluate;

import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import java.util.Comparator;
import java.util.Map;

/**
 * What a pruned layer's weights depend on; its KV bits do not change them.
 *
 * @param layer index from 0
 * @param criterion by which weights were ranked
 * @param calibrationId of the statistics it was ranked with
 * @param ratios by projection
 */
record LayerKey(
    int layer, CriterionName criterion, String calibrationId, Map<Projection, Double> ratios)
    implements Comparable<LayerKey> {
  private static final Comparator<LayerKey> ORDER =
      Comparator.comparingInt(LayerKey::layer)
          .thenComparing(LayerKey::criterion)
          .thenComparing(LayerKey::calibrationId)
          .thenComparing(k -> k.ratios().toString());

  static LayerKey of(LayerPlan plan, CriterionName criterion, String calibrationId) {
    return new LayerKey(plan.layer(), criterion, calibrationId, plan.pruningRatios());
  }

  @Override
  public int compareTo(LayerKey other) {
    return ORDER.compare(this, other);
  }
}
