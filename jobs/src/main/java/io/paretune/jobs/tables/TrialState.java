package io.paretune.jobs.tables;

import java.util.Locale;

/** How far a trial has come. Its score counts for the frontier only when it is complete. */
public enum TrialState {
  RUNNING,
  /** Scored on everything that it was to be scored on. */
  COMPLETE,
  /** Given up early because it could not win; its score covers what had been asked. */
  STOPPED,
  /** Something went wrong; the reason says what. */
  FAILED;

  /** The name in tables. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The state of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static TrialState ofKey(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }
}
