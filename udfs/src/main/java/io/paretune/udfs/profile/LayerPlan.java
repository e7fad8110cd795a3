package io.paretune.udfs.profile;

import java.io.Serializable;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What is done to one decoder layer.
 *
 * @param layer index from 0
 * @param pruningRatios share of each output row's weights set to zero, in [0, 1), for all seven
 *     projections; under an n:m pattern 0 or n/m
 * @param pattern where the zeros lie
 * @param keyBits bits of a cached key value: 16 (untouched), 8, 6, 4, 3 or 2
 * @param valueBits bits of a cached value, likewise
 */
public record LayerPlan(
    int layer, Map<Projection, Double> pruningRatios, Pattern pattern, int keyBits, int valueBits)
    implements Serializable {

  /** Bits that a cached key or value can have; 16 leaves it as it is. */
  public static final List<Integer> KV_BITS = List.of(16, 8, 6, 4, 3, 2);

  public LayerPlan {
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative, was " + layer);
    }
    EnumMap<Projection, Double> all = new EnumMap<>(Projection.class);
    for (Projection p : Projection.values()) {
      double ratio = pruningRatios.getOrDefault(p, 0.0);
      if (!(ratio >= 0 && ratio < 1)) {
        throw new IllegalArgumentException(
            "layer %d: pruning_ratio of %s must be in [0, 1), was %s"
                .formatted(layer, p.key(), ratio));
      }
      all.put(p, ratio + 0.0); // -0.0 becomes 0.0: one spelling, one id
    }
    if (pattern != Pattern.UNSTRUCTURED) {
      for (Map.Entry<Projection, Double> entry : all.entrySet()) {
        if (entry.getValue() != 0 && entry.getValue() != pattern.ratio()) {
          throw new IllegalArgumentException(
              "layer %d: pruning_ratio of %s must be 0 or %s under the pattern %s, was %s"
                  .formatted(
                      layer,
                      entry.getKey().key(),
                      pattern.ratio(),
                      pattern.key(),
                      entry.getValue()));
        }
      }
      if (all.values().stream().allMatch(r -> r == 0)) {
        pattern = Pattern.UNSTRUCTURED; // nothing goes: one spelling, one id
      }
    }
    pruningRatios = Collections.unmodifiableMap(all);
    checkBits(layer, "key_bits", keyBits);
    checkBits(layer, "value_bits", valueBits);
  }

  private static void checkBits(int layer, String name, int bits) {
    if (!KV_BITS.contains(bits)) {
      throw new IllegalArgumentException(
          "layer %d: %s must be one of %s, was %d".formatted(layer, name, KV_BITS, bits));
    }
  }

  /** A plan without a pattern. */
  public LayerPlan(int layer, Map<Projection, Double> pruningRatios, int keyBits, int valueBits) {
    this(layer, pruningRatios, Pattern.UNSTRUCTURED, keyBits, valueBits);
  }

  /** The same ratio for every projection. */
  public static LayerPlan of(int layer, double pruningRatio, int keyBits, int valueBits) {
    EnumMap<Projection, Double> ratios = new EnumMap<>(Projection.class);
    for (Projection p : Projection.values()) {
      ratios.put(p, pruningRatio);
    }
    return new LayerPlan(layer, ratios, keyBits, valueBits);
  }

  /** A layer that nothing is done to. */
  public static LayerPlan dense(int layer) {
    return of(layer, 0, 16, 16);
  }

  /** The same pruning, cached keys and values untouched. */
  public LayerPlan pruningOnly() {
    return new LayerPlan(layer, pruningRatios, pattern, 16, 16);
  }

  public double pruningRatio(Projection projection) {
    return pruningRatios.getOrDefault(projection, 0.0);
  }

  /** Whether the seven projections share one ratio. */
  public boolean isUniform() {
    return pruningRatios.values().stream().distinct().count() == 1;
  }

  public boolean isDense() {
    return keyBits == 16 && valueBits == 16 && !isPruned();
  }

  public boolean isPruned() {
    return pruningRatios.values().stream().anyMatch(r -> r > 0);
  }
}
