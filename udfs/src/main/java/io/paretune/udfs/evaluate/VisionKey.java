package io.paretune.udfs.evaluate;

import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.VisionPlan;
import java.util.Comparator;

/**
 * What pruned vision weights depend on, and their bytes.
 *
 * @param criterion by which weights were ranked
 * @param calibrationId of the tower's statistics and the projector's
 * @param plan what goes
 * @param bytes of the matrices of which something goes
 */
record VisionKey(CriterionName criterion, String calibrationId, VisionPlan plan, long bytes)
    implements Comparable<VisionKey> {
  @Override
  public int compareTo(VisionKey other) {
    return Comparator.comparing(VisionKey::criterion)
        .thenComparing(VisionKey::calibrationId)
        .thenComparing(k -> k.plan().towerRatio())
        .thenComparing(k -> k.plan().projectorRatio())
        .compare(this, other);
  }
}
