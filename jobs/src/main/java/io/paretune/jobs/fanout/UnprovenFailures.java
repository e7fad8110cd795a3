package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.TrialRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * Trials that could not be run, until it is known whether their profiles or the cluster are to
 * blame: another trial that runs proves the cluster sound.
 */
final class UnprovenFailures {
  private final int most;
  private final List<TrialRecord> failed = new ArrayList<>();

  /**
   * None yet.
   *
   * @param most failures in a row that blame the cluster
   */
  UnprovenFailures(int most) {
    this.most = most;
  }

  /** Adds one; says whether there are so many in a row that the cluster is to blame. */
  synchronized boolean add(TrialRecord trial) {
    failed.add(trial);
    return failed.size() >= most;
  }

  /** A trial ran: what failed before did so on its own account. */
  synchronized List<TrialRecord> disproved() {
    List<TrialRecord> all = List.copyOf(failed);
    failed.clear();
    return all;
  }

  /** At the end of a search: what failed, unless the cluster is to blame. */
  synchronized List<TrialRecord> unlessInARow() {
    return failed.size() >= most ? List.of() : disproved();
  }
}
