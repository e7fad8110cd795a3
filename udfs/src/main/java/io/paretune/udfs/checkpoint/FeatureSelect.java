package io.paretune.udfs.checkpoint;

/** Which of the vision encoder's tokens go to the projector. */
public enum FeatureSelect {
  /** All but the class token. */
  DEFAULT("default"),
  /** All, the class token first. */
  FULL("full");

  private final String key;

  FeatureSelect(String key) {
    this.key = key;
  }

  /** The name in {@code vision_feature_select_strategy}. */
  public String key() {
    return key;
  }
}
