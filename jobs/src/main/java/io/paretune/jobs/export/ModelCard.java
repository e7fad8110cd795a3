package io.paretune.jobs.export;

import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.List;
import java.util.Locale;

/**
 * The README of an exported model.
 *
 * @param origin where the profile is from, such as "trial 7 of study demo"
 * @param model the dense one: its name and the hash of its checkpoint
 * @param benchmark name and version
 * @param calibration what decided the masks, in words
 * @param measured scores, best known first
 */
record ModelCard(
    String origin,
    String model,
    String benchmark,
    String calibration,
    CompressionProfile profile,
    MemoryFootprint footprint,
    List<Measured> measured) {

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("---\nlibrary_name: transformers\ntags: [pruned, kv-cache-quantization]\n---\n");
    text.append("# Compressed by Paretune\n\n");
    line(text, "%s, profile %s, of %s.".formatted(origin, profile.id(), model));
    text.append("\n| measured on ").append(benchmark).append(" | accuracy | 95 % interval |\n");
    text.append("|---|---|---|\n");
    for (Measured m : measured) {
      line(
          text,
          String.format(Locale.ROOT, "| %s | %.4f | %s |", m.questions(), m.score(), m.interval()));
    }
    CompressionProfile dense = CompressionProfile.dense();
    text.append("\n| bytes, computed from the profile | this | dense |\n|---|---|---|\n");
    row(text, "weights, packed", footprint.weightBytes(profile), footprint.weightBytes(dense));
    row(
        text,
        "KV cache, " + footprint.workload() + " tokens",
        footprint.kvBytes(profile),
        footprint.kvBytes(dense));
    row(text, "both", footprint.totalBytes(profile), footprint.totalBytes(dense));
    text.append('\n');
    line(
        text,
        String.format(
            Locale.ROOT,
            "%.1f %% of the decoder's linear weights are zero (criterion `%s`, mask `%s`; %s); keys"
                + " and values have %.2f bits on average.",
            100 * footprint.meanPruningRatio(profile),
            profile.criterion().key(),
            profile.mask().key(),
            calibration,
            footprint.meanKvBits(profile)));
    if (!profile.vision().isDense()) {
      line(
          text,
          String.format(
              Locale.ROOT,
              "\n"
                  + "Of each row of the vision tower's linear layers %.1f %% are zero, of the"
                  + " projector's %.1f %%.",
              100 * profile.vision().towerRatio(),
              100 * profile.vision().projectorRatio()));
    }
    if (profile.criterion().updatesWeights()) {
      text.append(
          "The scores are of fp32 weights; here the updated weights are rounded to the checkpoint's"
              + " type.\n");
    }
    text.append(
        """

        ## Files
        | file | is |
        |---|---|
        | `*.safetensors`, `config.json`, … | the checkpoint, pruned weights as zeros: `LlavaForConditionalGeneration.from_pretrained` loads it. Zeros take the memory of any weight |
        | `profile.json` | what was done to each layer |
        | `kv_cache.json` | keys and values by layer, and what comes nearest in vLLM (`kv_cache_dtype`, `kv_cache_dtype_skip_layers`, as 0.24 and later call them; widths below 16 are in its Triton attention) and in transformers (`generate(cache_implementation=…, cache_config=…)` with the package `hqq`; null where a layer is untouched). The scores above were measured with the cache of the profile itself, not with these |
        | `packed/model.safetensors` | the same weights in the memory that the table counts |

        In the packed file a pruned matrix NAME is `NAME.bitmask` (U8) and `NAME.values`; weight i, counted row by row, is stored if bit i mod 8, from the lowest, of byte i // 8 is set. Its shape is in the metadata:
        ```python
        from safetensors import safe_open
        import torch
        with safe_open("packed/model.safetensors", "pt") as f:
            rows, columns = map(int, f.metadata()[name + ".shape"].split(","))
            bits = (f.get_tensor(name + ".bitmask")[:, None] >> torch.arange(8, dtype=torch.uint8)) & 1
            values = f.get_tensor(name + ".values")
            weight = torch.zeros(rows * columns, dtype=values.dtype)
            weight[bits.flatten()[: rows * columns].bool()] = values
            weight = weight.view(rows, columns)
        ```
        """);
    return text.toString();
  }

  private static void row(StringBuilder text, String what, long bytes, long dense) {
    line(text, String.format(Locale.ROOT, "| %s | %,d | %,d |", what, bytes, dense));
  }

  private static void line(StringBuilder text, String content) {
    text.append(content).append('\n');
  }
}
