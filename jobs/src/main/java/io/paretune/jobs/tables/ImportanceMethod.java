package io.paretune.jobs.tables;

import java.util.Locale;

/** How a layer's importance was computed. */
public enum ImportanceMethod {
  /** The range of the variable's effect in the search's additive model. */
  EFFECTS,
  /** The impurity that a random forest's splits on it remove; the interval is over its trees. */
  FOREST;

  /** The name in tables. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The method of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ImportanceMethod ofKey(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }
}
