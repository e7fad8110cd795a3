package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.List;

/**
 * The range of losses that a model is to explain. A loss far beyond, such as the penalty that users
 * tell for a point which cannot be run, counts as the worst of them: no scale shows both.
 *
 * @param best the least loss
 * @param worst the greatest loss below the first gap
 */
record Ordinary(double best, double worst) {
  /** All losses. */
  static final Ordinary ALL = new Ordinary(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  private static final double FAR = 100;
  private static final int LEAST = 3;

  /**
   * What is ordinary among these: at least half of them and three, up to where the next is a
   * hundred times as far from the best as any before and as large. Losses that fall by orders of
   * magnitude in a search leave no such gap.
   */
  static Ordinary of(List<Observation> observations) {
    double[] losses =
        observations.stream().mapToDouble(Observation::loss).filter(Double::isFinite).toArray();
    Arrays.sort(losses);
    int least = Math.max(LEAST, (losses.length + 1) / 2);
    if (losses.length < least) {
      return ALL;
    }
    int end = least;
    while (end < losses.length
        && !new Ordinary(losses[0], losses[end - 1]).isFarBelow(losses[end])) {
      end++;
    }
    return new Ordinary(losses[0], losses[end - 1]);
  }

  private boolean isFarBelow(double loss) {
    return worst > best // where all are alike, the first other one is news
        && loss - best > FAR * (worst - best)
        && Math.abs(loss) > FAR * Math.max(Math.abs(best), Math.abs(worst));
  }

  /** The observation as it counts; a share of right answers is never out of range. */
  Observation of(Observation o) {
    return o.trial().samples() == 0 && isFarBelow(o.loss())
        ? new Observation(o.at(), o.trial(), worst)
        : o;
  }
}
