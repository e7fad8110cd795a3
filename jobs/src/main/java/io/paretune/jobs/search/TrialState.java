package io.paretune.jobs.search;

/** What became of a trial. */
public enum TrialState {
  /** Asked for and not told yet. */
  RUNNING,
  /** Told with a value for every objective. */
  COMPLETE,
  /** Given up early: its values are what was seen so far, a bound rather than a result. */
  STOPPED,
  /** Told that it gave no result. */
  FAILED
}
