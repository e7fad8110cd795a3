package io.paretune.udfs.evaluate;

import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import java.util.Comparator;

/**
 * What a pruned layer's weights depend on; its KV bits do not change them.
 *
 * @param criterion by which weights were ranked
 * @param calibrationId of the statistics it was ranked with
 * @param plan what goes, without bits
 */
record LayerKey(CriterionName criterion, String calibrationId, LayerPlan plan) implements LentKey {
  static final Comparator<LayerKey> ORDER =
      Comparator.comparingInt(LayerKey::layer)
          .thenComparing(LayerKey::criterion)
          .thenComparing(LayerKey::calibrationId)
          .thenComparing(k -> k.plan().pattern())
          .thenComparing(k -> k.plan().pruningRatios().toString());

  static LayerKey of(LayerPlan plan, CriterionName criterion, String calibrationId) {
    return new LayerKey(criterion, calibrationId, plan.pruningOnly());
  }

  int layer() {
    return plan.layer();
  }
}
