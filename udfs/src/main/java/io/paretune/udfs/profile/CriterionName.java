package io.paretune.udfs.profile;

import java.util.Arrays;
import java.util.Optional;

/** Which weights go first; the arithmetic is in {@code udfs.prune}. */
public enum CriterionName {
  /** Smallest absolute weight. */
  MAGNITUDE("magnitude", Needs.NOTHING),
  /** Smallest absolute weight times the input's root mean square (arXiv 2306.11695, eq. 1). */
  WANDA("wanda", Needs.MEAN_SQUARES),
  /** Weights as shares of their row and column, and the input (arXiv 2402.17775, eq. 2 and 3). */
  RIA("ria", Needs.MEAN_SQUARES),
  /** As RIA, with 2-norms under a logarithm (arXiv 2507.20613; the authors' code optspa). */
  OPTSPA("optspa", Needs.MEAN_SQUARES),
  /** Least error after the weights that stay are updated (arXiv 2301.00774): a baseline. */
  SPARSEGPT("sparsegpt", Needs.QUESTIONS);

  /** What of the calibration a criterion is computed from. */
  public enum Needs {
    /** The weights alone. */
    NOTHING,
    /** The mean squared input of every linear layer. */
    MEAN_SQUARES,
    /** The questions themselves: they run through the model again, layer by layer. */
    QUESTIONS
  }

  private final String key;
  private final Needs needs;

  CriterionName(String key, Needs needs) {
    this.key = key;
    this.needs = needs;
  }

  public Needs needs() {
    return needs;
  }

  /**
   * Whether the weights that stay are changed; a level index cannot answer for such a criterion.
   */
  public boolean updatesWeights() {
    return this == SPARSEGPT;
  }

  /** The name in profiles and configuration. */
  public String key() {
    return key;
  }

  public static Optional<CriterionName> ofKey(String key) {
    return Arrays.stream(values()).filter(c -> c.key.equals(key)).findFirst();
  }
}
