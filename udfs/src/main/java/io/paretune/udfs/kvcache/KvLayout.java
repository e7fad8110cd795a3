package io.paretune.udfs.kvcache;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.KvGrouping;
import io.paretune.udfs.profile.LayerPlan;
import java.util.List;

/**
 * What a paged cache keeps of each layer's tokens.
 *
 * @param kvHeads G
 * @param headDim D
 * @param grouping which cached keys share a scale
 * @param plans every layer's, in order; their key and value bits count
 * @param storage how quantized values are kept
 */
public record KvLayout(
    int kvHeads, int headDim, KvGrouping grouping, List<LayerPlan> plans, KvStorage storage) {
  /** Tokens of a block, which is what sequences share and give back: one group of keys. */
  public static final int BLOCK = KvGrouping.CHANNEL_TOKENS;

  /** Bits are packed into whole bytes part by part, the smallest part being one bit of a value. */
  private static final int PACKED_MULTIPLE = 8;

  /**
   * Checks that values can be packed.
   *
   * @throws InvalidInputException if head_dim is no multiple of 8 and something is to be packed
   */
  public KvLayout {
    plans = List.copyOf(plans);
    if (plans.isEmpty() || kvHeads < 1 || headDim < 1) {
      throw new IllegalArgumentException(
          "a cache has layers, heads and channels, were %d, %d and %d"
              .formatted(plans.size(), kvHeads, headDim));
    }
    boolean packs = plans.stream().anyMatch(p -> p.keyBits() < 16 || p.valueBits() < 16);
    if (storage == KvStorage.PACKED && packs && headDim % PACKED_MULTIPLE != 0) {
      throw new InvalidInputException(
          "head_dim",
          "%d is no multiple of %d: keys and values cannot be packed into whole bytes"
              .formatted(headDim, PACKED_MULTIPLE),
          "leave key_bits and value_bits of this model at 16");
    }
  }

  public int layers() {
    return plans.size();
  }

  /** Tokens of a group of this layer's keys by channel; 0 where they are grouped by token. */
  public int keyGroup(int layer) {
    return keyGroup(grouping, plans.get(layer));
  }

  /** As {@link #keyGroup(int)}; keys of 16 bits need no groups. */
  public static int keyGroup(KvGrouping grouping, LayerPlan plan) {
    return grouping == KvGrouping.CHANNEL_KEYS && plan.keyBits() < 16
        ? KvGrouping.CHANNEL_TOKENS
        : 0;
  }

  /** Whether any layer's keys are grouped by channel. */
  public boolean groupsKeys() {
    return plans.stream().anyMatch(p -> keyGroup(grouping, p) > 0);
  }
}
