package io.paretune.udfs.profile;

import java.util.Arrays;
import java.util.Optional;

/** Whose activations decide a layer's mask. */
public enum MaskKind {
  /** The dense model's, for every layer: what the level index holds. */
  ONE_SHOT("one-shot"),
  /** Those of the model whose earlier layers are already pruned, as Wanda's own code does. */
  SEQUENTIAL("sequential");

  private final String key;

  MaskKind(String key) {
    this.key = key;
  }

  /** The name in profiles. */
  public String key() {
    return key;
  }

  public static Optional<MaskKind> ofKey(String key) {
    return Arrays.stream(values()).filter(m -> m.key.equals(key)).findFirst();
  }
}
