package io.paretune.udfs.prune;

import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.profile.CriterionName;

/**
 * Everything that the levels of a model depend on.
 *
 * @param modelId content hash of the checkpoint
 * @param criterion by which weights are ranked
 * @param calibrationId see {@link PruningCriterion#calibrationId}
 * @param grid the ratios
 */
public record LevelIndexKey(
    String modelId, CriterionName criterion, String calibrationId, RatioGrid grid) {
  public LevelIndexKey {
    if (modelId.isBlank() || calibrationId.isBlank()) {
      throw new IllegalArgumentException("a level index names its model and its calibration");
    }
  }

  public static LevelIndexKey of(String modelId, PruningCriterion criterion, RatioGrid grid) {
    return new LevelIndexKey(modelId, criterion.name(), criterion.calibrationId(), grid);
  }

  /** The first 16 hexadecimal digits of the SHA-256 of all of it: a name for files. */
  public String id() {
    String all = modelId + "\n" + criterion.key() + "\n" + calibrationId + "\n" + grid.ratios();
    return Sha256.name(all);
  }
}
