package io.paretune.jobs.search;

/** What gets a pruning ratio of its own. */
public enum Granularity {
  LAYER("layer"),
  /** Neighbouring layers together. */
  BLOCK("block"),
  /** Each of a layer's seven linear layers. */
  PROJECTION("projection");

  private final String key;

  Granularity(String key) {
    this.key = key;
  }

  /** The name in configuration. */
  public String key() {
    return key;
  }
}
