package io.paretune.udfs.evaluate;

import io.paretune.udfs.model.VisionWeights;

/** Vision tower and projector of a candidate, until closed. */
public final class LentVision implements AutoCloseable {
  private final VisionWeights weights;
  private final Runnable giveBack;

  LentVision(VisionWeights weights, Runnable giveBack) {
    this.weights = weights;
    this.giveBack = giveBack;
  }

  public VisionWeights weights() {
    return weights;
  }

  @Override
  public void close() {
    giveBack.run();
  }
}
