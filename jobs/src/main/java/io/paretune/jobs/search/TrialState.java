package io.paretune.jobs.search;

import java.util.Locale;

/** What became of a trial. */
public enum TrialState {
  /** Asked for and not told yet. */
  RUNNING,
  /** Told with a value for every objective; only such a trial counts for the frontier. */
  COMPLETE,
  /** Given up early: its values are what was seen so far, a bound rather than a result. */
  STOPPED,
  /** Told that it gave no result. */
  FAILED;

  /** The name in tables and messages. */
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
