package io.paretune.jobs.config;

/** What proposes the next candidates; the arithmetic is in {@code jobs.search}. */
public enum SamplerName {
  TPE("tpe"),
  /** TPE whose first guesses use the layers' measured sensitivity. */
  TPE_GUIDED("tpe-guided"),
  RANDOM("random");

  private final String key;

  SamplerName(String key) {
    this.key = key;
  }

  /** The name in configuration. */
  public String key() {
    return key;
  }
}
