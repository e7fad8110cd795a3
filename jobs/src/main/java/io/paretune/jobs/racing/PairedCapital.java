package io.paretune.jobs.racing;

/**
 * Evidence that a rival answers more of a finite set of questions right than a candidate does, from
 * a growing part of them: a bettor's capital against "the candidate will score at least as high".
 *
 * <p>Images are drawn one after the other without replacement. Image t gives y(t) = the rival's
 * right answers - the candidate's. All of the rival's answers are known, and so is what an image
 * can give back at most: the rival's wrong answers on it, at most w on any. If the hypothesis
 * holds, the sum of all N values is at most 0, so given the first t - 1 the next has a mean of at
 * most c(t) = -S(t-1) / (N - t + 1), S being the sum so far. A stake λ in [0, 1 / (w + c)), fixed
 * before the image is drawn, multiplies the capital by 1 + λ (y - c) > 0, whose mean is then at
 * most 1: the capital is a supermartingale, and by Ville's inequality it ever reaches 1/α with a
 * probability of at most α, however often one looks (Waudby-Smith and Ramdas, "Estimating means of
 * bounded random variables by betting", 2024, sections 4 and 5). Here many bettors with fixed
 * shares of the highest stake divide the starting capital, so that no stake needs tuning; the mean
 * of supermartingales is one.
 */
final class PairedCapital {
  /** Shares of the highest stake, from careful to bold. */
  private static final double[] STAKES = {
    0.01, 0.02, 0.04, 0.07, 0.11, 0.16, 0.22, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95
  };

  /** What sums of graded answers may be off by. */
  private static final double ROUNDING = 1e-9;

  private final int images;
  private final double worst;
  private final double[] logCapital = new double[STAKES.length];
  private double hope;
  private double sum;
  private int seen;

  /**
   * Starts with a capital of 1.
   *
   * @param images N, how many there are in all
   * @param worst w, the most that an image can give back
   * @param hope what all images together can
   */
  PairedCapital(int images, double worst, double hope) {
    if (images < 1 || !(worst >= 0 && hope >= worst)) {
      throw new IllegalArgumentException(
          "images must be at least 1 and 0 <= worst <= hope, were %d, %s and %s"
              .formatted(images, worst, hope));
    }
    this.images = images;
    this.worst = worst;
    this.hope = hope;
  }

  /**
   * Takes the next image.
   *
   * @param lead what the rival's answers are worth more than the candidate's
   * @param possible what the image could have given back at most
   */
  void see(double lead, double possible) {
    if (!(lead >= -possible - ROUNDING && possible <= worst + ROUNDING)) {
      throw new IllegalArgumentException(
          "an image that can give back %s of %s gave %s".formatted(possible, worst, -lead));
    }
    if (seen == images) {
      throw new IllegalStateException("all " + images + " images were seen");
    }
    double mean = -sum / (images - seen);
    double most = 1 / Math.max(ROUNDING, worst + mean);
    for (int i = 0; i < STAKES.length; i++) {
      logCapital[i] += Math.log(Math.max(0, 1 + STAKES[i] * most * (lead - mean)));
    }
    sum += lead; // whole numbers, where answers are right or wrong
    hope -= possible;
    seen++;
  }

  /** The capital: at least 1/α means that the rival wins, with a confidence of 1 - α. */
  double capital() {
    if (sum > hope + ROUNDING) {
      return Double.POSITIVE_INFINITY; // whatever the others say, the rival stays ahead
    }
    double capital = 0;
    for (double log : logCapital) {
      capital += Math.exp(log);
    }
    return capital / STAKES.length;
  }
}
