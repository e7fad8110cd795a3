package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The samplers a study can choose from by name. */
public enum SamplerName {
  RANDOM("random"),
  /** The tree-structured Parzen estimator, as in its papers. */
  TPE("tpe"),
  /** What is known of the problem, and TPE where little is; see {@link GuidedSampler}. */
  TPE_GUIDED("tpe-guided");

  private final String key;

  SamplerName(String key) {
    this.key = key;
  }

  /** The name in configuration. */
  public String key() {
    return key;
  }

  public static Optional<SamplerName> ofKey(String key) {
    return Arrays.stream(values()).filter(s -> s.key.equals(key)).findFirst();
  }

  public static List<String> keys() {
    return Arrays.stream(values()).map(SamplerName::key).toList();
  }

  /** A sampler with its default settings, for one study. */
  public Sampler create(long seed) {
    return create(seed, Optional.empty());
  }

  /**
   * The same, believing something of the loss before any trial, where the sampler can.
   *
   * @param belief see {@link GuidedSampler#GuidedSampler(GuidedSettings, long, Optional)}
   */
  public Sampler create(long seed, Optional<Additive> belief) {
    return switch (this) {
      case RANDOM -> new RandomSampler(seed);
      case TPE -> new TpeSampler(TpeSettings.DEFAULT, seed);
      case TPE_GUIDED -> new GuidedSampler(GuidedSettings.DEFAULT, seed, belief);
    };
  }
}
