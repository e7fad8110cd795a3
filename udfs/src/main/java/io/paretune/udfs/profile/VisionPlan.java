package io.paretune.udfs.profile;

import java.io.Serializable;

/**
 * What is done to the linear layers that images go through before the decoder.
 *
 * @param towerRatio share of each output row's weights of the vision tower's layers set to zero, in
 *     [0, 1)
 * @param projectorRatio the same of the projector
 */
public record VisionPlan(double towerRatio, double projectorRatio) implements Serializable {
  /** Nothing. */
  public static final VisionPlan DENSE = new VisionPlan(0, 0);

  public VisionPlan {
    check("vision_pruning_ratio", towerRatio);
    check("projector_pruning_ratio", projectorRatio);
    towerRatio += 0.0; // -0.0 becomes 0.0: one spelling, one id
    projectorRatio += 0.0;
  }

  private static void check(String name, double ratio) {
    if (!(ratio >= 0 && ratio < 1)) {
      throw new IllegalArgumentException(name + " must be in [0, 1), was " + ratio);
    }
  }

  public boolean isDense() {
    return towerRatio == 0 && projectorRatio == 0;
  }
}
