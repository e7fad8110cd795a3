package io.paretune.udfs.checkpoint;

/**
 * The names under which a LLaVA checkpoint's tensors go in this project: those of llava-1.5-7b-hf,
 * {@code language_model.model.*}, {@code language_model.lm_head.*}, {@code
 * vision_tower.vision_model.*} and {@code multi_modal_projector.*}. Newer files name them as the
 * module tree of transformers ≥ 4.52 does ({@code model.language_model.*}, {@code
 * model.vision_tower.*}, {@code lm_head.*}), and files saved by 5.23 lack the {@code vision_model}.
 */
final class TensorNames {
  static final String EMBEDDING = "language_model.model.embed_tokens.weight";
  static final String OUTPUT = "language_model.lm_head.weight";

  private static final String MODEL = "model.";
  private static final String TOWER = "vision_tower.";
  private static final String TOWER_MODEL = "vision_tower.vision_model.";

  private TensorNames() {}

  /** The canonical name of a tensor; a name of no known family stays as it is. */
  static String canonical(String onDisk) {
    if (onDisk.startsWith("model.language_model.")) {
      return "language_model." + MODEL + onDisk.substring("model.language_model.".length());
    }
    if (onDisk.startsWith("lm_head.")) {
      return "language_model." + onDisk;
    }
    String name =
        onDisk.startsWith(MODEL + TOWER) || onDisk.startsWith("model.multi_modal_projector.")
            ? onDisk.substring(MODEL.length())
            : onDisk;
    return name.startsWith(TOWER) && !name.startsWith(TOWER_MODEL)
        ? TOWER_MODEL + name.substring(TOWER.length())
        : name;
  }
}
