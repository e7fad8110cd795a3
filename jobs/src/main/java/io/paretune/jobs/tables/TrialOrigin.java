package io.paretune.jobs.tables;

import java.util.Locale;

/** Who proposed a trial. */
public enum TrialOrigin {
  /** The search. */
  SAMPLER,
  /** The sweep of profiles that treat every layer alike, the dense model among them. */
  UNIFORM,
  /** An earlier run's frontier, scored again. */
  INCUMBENT,
  /** A sibling model's frontier. */
  TEMPLATE;

  /** Whether it is new to the study, rather than a yardstick for what is. */
  public boolean isCandidate() {
    return this == SAMPLER || this == TEMPLATE;
  }

  /** The name in tables. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The origin of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static TrialOrigin ofKey(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }
}
