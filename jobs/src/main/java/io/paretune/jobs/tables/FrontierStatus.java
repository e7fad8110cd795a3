package io.paretune.jobs.tables;

import java.util.Locale;

/** What became of a frontier's point since the run before. */
public enum FrontierStatus {
  NEW,
  KEPT,
  /** On the frontier before, beaten now. */
  DROPPED;

  /** The name in tables. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The status of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static FrontierStatus ofKey(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }
}
