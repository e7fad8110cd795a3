package io.paretune.udfs.cost;

import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.KvGrouping;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.profile.VisionPlan;
import java.io.Serializable;

/**
 * Bytes of a model under a profile, exact and additive: {@code fixedBytes() + visionSaving(plan) +
 * Σ layerBytes(plan)}, where the saving is negative or 0.
 *
 * <p>A pruned matrix of R rows and C columns takes the smaller of its dense form and a bitmask of
 * R·C bits plus the values that are kept: R·(C − int(C·ratio)). A cached vector of head_dim values
 * takes head_dim·bits/8 bytes plus, below 16 bits, a scale and a zero of 16 bits each. Keys that
 * are grouped by channel have a scale and a zero for each channel of a whole group of tokens; a
 * request's tokens past its last whole group take 16 bits a value.
 *
 * @param shape the model's sizes
 * @param workload how many tokens the cache holds
 */
public record MemoryFootprint(DecoderShape shape, Workload workload) implements Serializable {
  /** A scale and a zero, 16 bits each, for every quantized group. */
  private static final int GROUP_OVERHEAD_BYTES = 4;

  /** How many of {@code columns} weights a ratio removes from each row, as Python's int() does. */
  public static int prunedColumns(int columns, double ratio) {
    return (int) (columns * ratio);
  }

  /** Bytes outside the decoder's layers, vision tower and projector dense. */
  public long fixedBytes() {
    return shape.otherWeightBytes();
  }

  /** Weights and cache of one layer whose keys are grouped by token. */
  public long layerBytes(LayerPlan plan) {
    return layerWeightBytes(plan) + layerKvBytes(plan, KvGrouping.TOKEN);
  }

  public long layerWeightBytes(LayerPlan plan) {
    long bytes = 0;
    for (Projection p : Projection.values()) {
      bytes +=
          matrixBytes(
              shape.rows(p), shape.columns(p), shape.bytesPerWeight(), plan.pruningRatio(p));
    }
    return bytes;
  }

  /** What pruning the vision tower and the projector changes: negative or 0. */
  public long visionSaving(VisionPlan plan) {
    long bytes = 0;
    for (VisionMatrix m : shape.vision()) {
      double ratio = m.part().ratio(plan);
      bytes +=
          matrixBytes(m.rows(), m.columns(), m.bytesPerWeight(), ratio)
              - (long) m.rows() * m.columns() * m.bytesPerWeight();
    }
    return bytes;
  }

  private static long matrixBytes(long rows, int columns, int bytesPerWeight, double ratio) {
    long dense = rows * columns * bytesPerWeight;
    long bitmask = (rows * columns + 7) / 8;
    long kept = rows * (columns - prunedColumns(columns, ratio));
    return Math.min(dense, bitmask + kept * bytesPerWeight);
  }

  public long layerKvBytes(LayerPlan plan, KvGrouping keyGrouping) {
    long keys =
        keyGrouping == KvGrouping.CHANNEL_KEYS && plan.keyBits() < 16
            ? workload.batch() * channelKeyBytes(plan.keyBits())
            : workload.tokens() * vectorBytes(plan.keyBits());
    return shape.kvHeads() * (keys + workload.tokens() * vectorBytes(plan.valueBits()));
  }

  /** One request's keys of one head, grouped by channel. */
  private long channelKeyBytes(int bits) {
    long groups = workload.context() / KvGrouping.CHANNEL_TOKENS;
    long channel = (long) KvGrouping.CHANNEL_TOKENS * bits / 8 + GROUP_OVERHEAD_BYTES;
    long rest = workload.context() % KvGrouping.CHANNEL_TOKENS;
    return groups * shape.headDim() * channel + rest * vectorBytes(16);
  }

  /** One token's cached vector of one head. */
  private long vectorBytes(int bits) {
    long payload = ((long) shape.headDim() * bits + 7) / 8;
    return bits == 16 ? payload : payload + GROUP_OVERHEAD_BYTES;
  }

  public long weightBytes(CompressionProfile profile) {
    long bytes = fixedBytes() + visionSaving(profile.vision());
    for (int i = 0; i < shape.layers(); i++) {
      bytes += layerWeightBytes(profile.layer(i));
    }
    return bytes;
  }

  public long kvBytes(CompressionProfile profile) {
    long bytes = 0;
    for (int i = 0; i < shape.layers(); i++) {
      bytes += layerKvBytes(profile.layer(i), profile.kvGrouping());
    }
    return bytes;
  }

  public long totalBytes(CompressionProfile profile) {
    return weightBytes(profile) + kvBytes(profile);
  }

  /** Share of the decoder's linear weights that the profile sets to zero, in [0, 1). */
  public double meanPruningRatio(CompressionProfile profile) {
    long pruned = 0;
    long all = 0;
    for (int i = 0; i < shape.layers(); i++) {
      LayerPlan plan = profile.layer(i);
      for (Projection p : Projection.values()) {
        int columns = shape.columns(p);
        pruned += (long) shape.rows(p) * prunedColumns(columns, plan.pruningRatio(p));
        all += (long) shape.rows(p) * columns;
      }
    }
    return (double) pruned / all;
  }

  /** Mean of key and value bits over the layers. */
  public double meanKvBits(CompressionProfile profile) {
    long bits = 0;
    for (int i = 0; i < shape.layers(); i++) {
      bits += profile.layer(i).keyBits() + profile.layer(i).valueBits();
    }
    return bits / (2.0 * shape.layers());
  }
}
