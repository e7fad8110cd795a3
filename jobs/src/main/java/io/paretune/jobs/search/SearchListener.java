package io.paretune.jobs.search;

/** Hears of a search's progress, in order and from one thread. */
public interface SearchListener {
  /** Before the runner gets the trial. */
  default void asked(Trial trial) {}

  /** After the study was told. */
  default void told(Trial trial, Outcome outcome, Study study) {}

  /** Tells both, the first one first. */
  static SearchListener both(SearchListener first, SearchListener second) {
    return new SearchListener() {
      @Override
      public void asked(Trial trial) {
        first.asked(trial);
        second.asked(trial);
      }

      @Override
      public void told(Trial trial, Outcome outcome, Study study) {
        first.told(trial, outcome, study);
        second.told(trial, outcome, study);
      }
    };
  }
}
