package io.paretune.jobs.config;

/** Which questions of the calibration split are used, where not all are. */
public enum CalibrationSelection {
  /** The first, in file order. */
  FIRST("first"),
  /** One of each of as many clusters of their images' and texts' embeddings. */
  REPRESENTATIVE("representative");

  private final String key;

  CalibrationSelection(String key) {
    this.key = key;
  }

  /** The name in configuration. */
  public String key() {
    return key;
  }
}
