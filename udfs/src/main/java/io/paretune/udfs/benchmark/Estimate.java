package io.paretune.udfs.benchmark;

/**
 * A score in [0, 1] with what is known of its error.
 *
 * @param value NaN where nothing was asked
 * @param standardError clustered by image: a question's neighbours on the same image are not
 *     independent of it; NaN where fewer than two images were asked about
 * @param questions asked
 * @param images asked about
 */
public record Estimate(double value, double standardError, long questions, long images) {
  /** Two-sided 95 % of the normal distribution. */
  private static final double Z = 1.959963984540054;

  static Estimate of(RatioSum ratios, Tally tally) {
    return new Estimate(ratios.value(), ratios.standardError(), tally.questions(), tally.images());
  }

  /** Lower end of the 95 % interval. */
  public double low() {
    return wilson(-1);
  }

  /** Upper end of the 95 % interval. */
  public double high() {
    return wilson(1);
  }

  /**
   * Wilson's interval with the number of questions divided by the design effect of the clusters.
   * Where that cannot be known, all images being alike or only one, an image counts as one
   * question: the answers on it may be one answer.
   */
  private double wilson(int sign) {
    if (questions == 0) {
      return Double.NaN;
    }
    double p = value;
    double naive = p * (1 - p) / questions;
    double squared = standardError * standardError;
    // False for NaN, too. Less than this share is rounding: a single answer of millions is more.
    boolean known = squared > 1e-12 * naive;
    double n = known ? Math.min((double) questions, questions * naive / squared) : images;
    double z2 = Z * Z;
    double centre = p + z2 / (2 * n);
    double half = Z * Math.sqrt(Math.max(0, p * (1 - p)) / n + z2 / (4 * n * n));
    double end = (centre + sign * half) / (1 + z2 / n);
    // At p = 0 and p = 1 one end is p itself; rounding must not carry it past.
    return sign < 0 ? Math.max(0, Math.min(p, end)) : Math.min(1, Math.max(p, end));
  }
}
