package io.paretune.jobs.search;

import java.util.List;

/**
 * Notices that the frontier no longer moves by more than noise. A trial made progress if it grew
 * the frontier's hypervolume by more than what one standard error of its score would.
 */
final class Stagnation {
  private static final double LEAST_SHARE = 1e-4;

  private final SearchSpace space;
  private final int patience;
  private double volume;
  private int idle;

  Stagnation(SearchSpace space, int patience) {
    this.space = space;
    this.patience = patience;
  }

  void told(History history) {
    if (patience == 0) {
      return;
    }
    List<Trial> complete = history.finished().stream().filter(Trial::isComplete).toList();
    if (complete.size() < 2) {
      return;
    }
    double[][] losses = ParetoFront.losses(space, complete);
    double[] reference = TpeSplit.reference(losses);
    double[][] before = java.util.Arrays.copyOf(losses, losses.length - 1);
    double old = Hypervolume.of(before, reference);
    double now = Hypervolume.of(losses, reference);
    Trial last = complete.get(complete.size() - 1);
    double noise = old * Math.max(LEAST_SHARE, relativeError(last));
    idle = now - old > noise ? 0 : idle + 1;
    volume = now;
  }

  /** Standard error of a mean of right-or-wrong answers, shared among a front's many points. */
  private double relativeError(Trial trial) {
    if (trial.samples() == 0) {
      return 0;
    }
    int objective = space.unknownObjectives().isEmpty() ? 0 : space.unknownObjectives().get(0);
    double p = Math.min(1, Math.max(0, trial.value(objective)));
    return 0.1 * Math.sqrt(p * (1 - p) / trial.samples());
  }

  boolean isOver() {
    return patience > 0 && volume > 0 && idle >= patience;
  }
}
