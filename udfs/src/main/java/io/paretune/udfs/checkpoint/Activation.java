package io.paretune.udfs.checkpoint;

/** The activation functions of the models that can be run. */
public enum Activation {
  /** x·σ(x). */
  SILU("silu"),
  /** x·Φ(x), with the exact Gaussian integral. */
  GELU("gelu"),
  /** x·σ(1.702·x). */
  QUICK_GELU("quick_gelu");

  private final String key;

  Activation(String key) {
    this.key = key;
  }

  /** The name in {@code hidden_act}. */
  public String key() {
    return key;
  }
}
