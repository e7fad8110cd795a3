package io.paretune.udfs.profile;

import java.util.Arrays;
import java.util.Optional;

/** Which weights go first; the arithmetic is in {@code udfs.prune}. */
public enum CriterionName {
  /** Smallest absolute weight. */
  MAGNITUDE("magnitude"),
  /** Smallest absolute weight times the input's root mean square (arXiv 2306.11695, eq. 1). */
  WANDA("wanda");

  private final String key;

  CriterionName(String key) {
    this.key = key;
  }

  /** The name in profiles and configuration. */
  public String key() {
    return key;
  }

  public static Optional<CriterionName> ofKey(String key) {
    return Arrays.stream(values()).filter(c -> c.key.equals(key)).findFirst();
  }
}
