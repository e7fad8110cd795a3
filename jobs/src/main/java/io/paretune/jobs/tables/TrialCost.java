package io.paretune.jobs.tables;

import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.profile.CompressionProfile;

/**
 * What a profile needs of memory, known before it is tried.
 *
 * @param weightBytes bytes of all weights
 * @param kvBytes bytes of the cached keys and values under the workload
 * @param denseBytes both, of the model without compression
 * @param meanPruningRatio share of the decoder's linear weights that are zero
 * @param meanKvBits mean of key and value bits over the layers
 */
public record TrialCost(
    long weightBytes, long kvBytes, long denseBytes, double meanPruningRatio, double meanKvBits) {
  public TrialCost {
    if (weightBytes < 0 || kvBytes < 0 || denseBytes < 1) {
      throw new IllegalArgumentException(
          "bytes must not be negative, were weights %d, cache %d, dense %d"
              .formatted(weightBytes, kvBytes, denseBytes));
    }
  }

  public static TrialCost of(MemoryFootprint footprint, CompressionProfile profile) {
    return new TrialCost(
        footprint.weightBytes(profile),
        footprint.kvBytes(profile),
        footprint.totalBytes(CompressionProfile.dense()),
        footprint.meanPruningRatio(profile),
        footprint.meanKvBits(profile));
  }

  /** Weights and cache. */
  public long memoryBytes() {
    return weightBytes + kvBytes;
  }
}
