package io.paretune.jobs.export;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.LayerPlan;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * How other engines come nearest to a profile's cache. None has bits by layer for keys and values
 * apart, so each hint keeps every layer at least as precise as the profile does.
 */
final class KvHints {
  /** Widths that {@code HQQQuantizedLayer} of transformers stores, but 1. */
  private static final List<Integer> TRANSFORMERS_BITS = List.of(2, 3, 4, 8);

  private KvHints() {}

  /** The JSON of {@code kv_cache.json}. */
  static JsonObject json(CompressionProfile profile, int layers) {
    List<LayerPlan> plans = IntStream.range(0, layers).mapToObj(profile::layer).toList();
    JsonObject root = new JsonObject();
    root.add("vllm", vllm(plans));
    transformers(plans)
        .ifPresentOrElse(
            bits -> root.add("transformers", transformers(bits)),
            () -> root.add("transformers", JsonNull.INSTANCE));
    JsonArray own = new JsonArray();
    for (LayerPlan plan : plans) {
      JsonObject layer = new JsonObject();
      layer.addProperty("layer", plan.layer());
      layer.addProperty("key_bits", plan.keyBits());
      layer.addProperty("value_bits", plan.valueBits());
      own.add(layer);
    }
    root.addProperty("kv_grouping", profile.kvGrouping().key());
    root.add("layers", own);
    return root;
  }

  private static int bits(LayerPlan plan) {
    return Math.max(plan.keyBits(), plan.valueBits());
  }

  /** One type for all layers but those that are skipped, which keep the model's. */
  private static JsonObject vllm(List<LayerPlan> plans) {
    int widest = plans.stream().mapToInt(KvHints::bits).filter(b -> b < 16).max().orElse(16);
    JsonObject hint = new JsonObject();
    JsonArray skipped = new JsonArray();
    if (widest == 16) {
      hint.addProperty("kv_cache_dtype", "auto");
    } else {
      hint.addProperty(
          "kv_cache_dtype", widest <= 4 ? "int4_per_token_head" : "int8_per_token_head");
      plans.stream()
          .filter(p -> bits(p) == 16)
          .forEach(p -> skipped.add(String.valueOf(p.layer())));
    }
    hint.add("kv_cache_dtype_skip_layers", skipped);
    return hint;
  }

  /** One width for all layers; none where a layer's cache is untouched. */
  private static OptionalInt transformers(List<LayerPlan> plans) {
    int widest = plans.stream().mapToInt(KvHints::bits).max().orElse(16);
    return TRANSFORMERS_BITS.stream().mapToInt(Integer::intValue).filter(b -> b >= widest).min();
  }

  private static JsonObject transformers(int bits) {
    JsonObject config = new JsonObject();
    config.addProperty("backend", "hqq");
    config.addProperty("nbits", bits);
    JsonObject hint = new JsonObject();
    hint.addProperty("cache_implementation", "quantized");
    hint.add("cache_config", config);
    return hint;
  }
}
