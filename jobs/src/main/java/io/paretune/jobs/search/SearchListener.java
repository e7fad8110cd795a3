package io.paretune.jobs.search;

/** Hears of a search's progress, in order and from one thread. */
public interface SearchListener {
  /** Before the runner gets the trial. */
  default void asked(Trial trial) {}

  /** After the study was told. */
  default void told(Trial trial, Outcome outcome, Study study) {}
}
