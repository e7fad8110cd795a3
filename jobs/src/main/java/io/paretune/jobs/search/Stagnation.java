package io.paretune.jobs.search;

import java.util.List;

/**
 * Notices that the frontier no longer moves by more than noise. A trial made progress if it grew
 * the frontier's hypervolume by more than its score's error would: a tenth of one standard error as
 * a share, since a point of the frontier bounds about a tenth of it.
 */
final class Stagnation {
  private static final double LEAST_SHARE = 1e-4;
  private static final double SHARE_OF_ERROR = 0.1;

  private final SearchSpace space;
  private final int patience;
  private final long firstTrial;
  private int idle;

  /**
   * Notices nothing yet.
   *
   * @param patience proposals without progress before it is over; 0 for any number
   * @param firstTrial what came before is known, but nobody waited for it in this run
   */
  Stagnation(SearchSpace space, int patience, long firstTrial) {
    this.space = space;
    this.patience = patience;
    this.firstTrial = firstTrial;
  }

  /** Looks at the trials told so far, of which the last is new. */
  void told(List<Trial> finished) {
    Trial last = finished.get(finished.size() - 1);
    // Starting points, such as uniform profiles and incumbents, run whether they help or not.
    if (patience == 0 || last.id() < firstTrial || !last.origin().equals(Trial.Origin.SAMPLER)) {
      return;
    }
    List<Trial> complete =
        finished.stream().filter(t -> t.isComplete() && !t.origin().isForeign()).toList();
    if (complete.size() < 2) {
      return;
    }
    if (!last.isComplete()) {
      idle++;
      return;
    }
    double[][] losses = ParetoFront.losses(space, complete);
    double[] reference = TpeSplit.reference(losses);
    double[][] before = java.util.Arrays.copyOf(losses, losses.length - 1);
    double old = Hypervolume.of(before, reference);
    double now = Hypervolume.of(losses, reference);
    double noise = old * Math.max(LEAST_SHARE, relativeError(last));
    idle = now - old > noise ? 0 : idle + 1;
  }

  private double relativeError(Trial trial) {
    if (trial.samples() == 0 || space.unknownObjectives().isEmpty()) {
      return 0;
    }
    double value = trial.value(space.unknownObjectives().get(0));
    double p = Math.min(1, Math.max(0, value));
    return SHARE_OF_ERROR * Math.sqrt(p * (1 - p) / trial.samples());
  }

  boolean isOver() {
    return patience > 0 && idle >= patience;
  }
}
