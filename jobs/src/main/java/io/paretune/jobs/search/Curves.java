package io.paretune.jobs.search;

/**
 * How the variables of each group act on the whole: one curve a group, in units of the standardised
 * target, 0 at its best value. What a variable does is then mostly a multiple of its group's curve:
 * one unknown number a variable, its sensitivity, instead of one a degree.
 */
final class Curves {
  private final double[][] coefficients; // [group][degree]; none where a group has no curve
  private final double[] least;

  /**
   * Curves of the groups.
   *
   * @param coefficients of each group's basis functions; an empty array where there is no curve
   * @param least the curve's least value before it is moved to 0
   */
  Curves(double[][] coefficients, double[] least) {
    this.coefficients = coefficients;
    this.least = least;
  }

  boolean has(int group) {
    return coefficients[group].length > 0;
  }

  /** The curve at a value whose basis functions begin at {@code values[from]}. */
  double at(int group, double[] values, int from) {
    double[] c = coefficients[group];
    double sum = -least[group];
    for (int r = 0; r < c.length; r++) {
      sum += c[r] * values[from + r];
    }
    return Math.max(0, sum);
  }
}
