package io.paretune.udfs.checkpoint;

import java.util.List;
import java.util.Map;

/**
 * The names under which a LLaVA checkpoint's tensors go in this project: those of llava-1.5-7b-hf,
 * {@code language_model.model.*}, {@code language_model.lm_head.*}, {@code
 * vision_tower.vision_model.*} and {@code multi_modal_projector.*}. Newer files name them as the
 * module tree of transformers ≥ 4.52 does.
 */
final class TensorNames {
  static final String EMBEDDING = "language_model.model.embed_tokens.weight";
  static final String OUTPUT = "language_model.lm_head.weight";

  /** Newer beginnings and what they stand for; the first that fits counts. */
  private static final List<Map.Entry<String, String>> NEWER =
      List.of(
          Map.entry("model.language_model.", "language_model.model."),
          Map.entry("model.vision_tower.vision_model.", "vision_tower.vision_model."),
          Map.entry("model.vision_tower.", "vision_tower.vision_model."),
          Map.entry("model.multi_modal_projector.", "multi_modal_projector."),
          Map.entry("lm_head.", "language_model.lm_head."));

  private TensorNames() {}

  /** The canonical name of a tensor; a name of no known family stays as it is. */
  static String canonical(String onDisk) {
    for (Map.Entry<String, String> rule : NEWER) {
      if (onDisk.startsWith(rule.getKey())) {
        return rule.getValue() + onDisk.substring(rule.getKey().length());
      }
    }
    return onDisk;
  }
}
