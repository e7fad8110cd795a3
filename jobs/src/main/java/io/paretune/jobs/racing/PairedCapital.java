package io.paretune.jobs.racing;

/**
 * Evidence that a rival answers more of a finite set of questions right than a candidate does, from
 * a growing part of them: a bettor's capital against "the candidate will score at least as high".
 *
 * <p>Images are drawn one after the other without replacement. Image t, with up to n questions,
 * gives y(t) = (the rival's right answers - the candidate's) / n, in [-1, 1]. If the hypothesis
 * holds, the sum of all N values is at most 0, so given the first t - 1 the next has a mean of at
 * most c(t) = -S(t-1) / (N - t + 1), S being the sum so far. A stake λ in [0, 1 / (1 + max(0, c))],
 * fixed beforehand, multiplies the capital by 1 + λ (y - c) ≥ 0, whose mean is then at most 1: the
 * capital is a supermartingale, and by Ville's inequality it ever reaches 1/α with a probability of
 * at most α, however often one looks (Waudby-Smith and Ramdas, "Estimating means of bounded random
 * variables by betting", 2024, sections 4 and 5). Here many bettors with fixed stakes share the
 * starting capital, so that no stake needs tuning; the mean of supermartingales is one.
 */
final class PairedCapital {
  /** Stakes from careful to bold; a paired difference is rarely large. */
  private static final double[] STAKES = {
    0.01, 0.02, 0.04, 0.07, 0.11, 0.16, 0.22, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95
  };

  /** What sums of graded answers may be off by. */
  private static final double ROUNDING = 1e-9;

  private final int images;
  private final int mostQuestions;
  private final double[] logCapital = new double[STAKES.length];
  private double sum;
  private int seen;

  /**
   * Starts with a capital of 1.
   *
   * @param images N, how many there are in all
   * @param mostQuestions n, that an image has
   */
  PairedCapital(int images, int mostQuestions) {
    if (images < 1 || mostQuestions < 1) {
      throw new IllegalArgumentException(
          "images and questions must be at least 1, were %d and %d"
              .formatted(images, mostQuestions));
    }
    this.images = images;
    this.mostQuestions = mostQuestions;
  }

  /**
   * Takes the next image.
   *
   * @param lead what the rival's answers are worth more than the candidate's, in [-n, n]
   */
  void see(double lead) {
    if (!(Math.abs(lead) <= mostQuestions)) {
      throw new IllegalArgumentException(
          "a lead lies within %d questions, was %s".formatted(mostQuestions, lead));
    }
    if (seen == images) {
      throw new IllegalStateException("all " + images + " images were seen");
    }
    double y = lead / mostQuestions;
    double mean = -sum / mostQuestions / (images - seen);
    double most = 1 / (1 + Math.max(0, mean));
    for (int i = 0; i < STAKES.length; i++) {
      logCapital[i] += Math.log1p(STAKES[i] * most * (y - mean));
    }
    sum += lead; // whole numbers, where answers are right or wrong
    seen++;
  }

  /** The capital: at least 1/α means that the rival wins, with a confidence of 1 - α. */
  double capital() {
    if (sum > (double) mostQuestions * (images - seen) + ROUNDING) {
      return Double.POSITIVE_INFINITY; // whatever the others say, the rival stays ahead
    }
    double capital = 0;
    for (double log : logCapital) {
      capital += Math.exp(log);
    }
    return capital / STAKES.length;
  }
}
