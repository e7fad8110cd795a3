package io.paretune.jobs.search;

/** The standard normal distribution. */
public final class Normal {
  private static final double LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  private Normal() {}

  static double logDensity(double x) {
    return -0.5 * x * x - LOG_ROOT_TWO_PI;
  }

  static double density(double x) {
    return Math.exp(logDensity(x));
  }

  /** Absolute error below 1e-15: a series near 0 (Marsaglia 2004), a continued fraction beyond. */
  static double cumulative(double x) {
    if (x > 5) {
      return 1 - cumulative(-x);
    }
    if (x < -38) {
      return 0;
    }
    if (x < -5) {
      double tail = x; // Mills ratio by its continued fraction, evaluated from the inside
      double fraction = 0;
      for (int k = 40; k >= 1; k--) {
        fraction = k / (-tail + fraction);
      }
      return density(x) / (-tail + fraction);
    }
    double sum = x;
    double term = x;
    for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * density(x);
  }

  /**
   * Inverse of {@link #cumulative} for p in (0, 1): Acklam's rational start and one Halley step.
   */
  public static double quantile(double p) {
    double x;
    if (p < 0.02425) {
      x = tail(Math.sqrt(-2 * Math.log(p)));
    } else if (p > 1 - 0.02425) {
      x = -tail(Math.sqrt(-2 * Math.log1p(-p)));
    } else {
      double q = p - 0.5;
      double r = q * q;
      x =
          (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r
                                  + 138.3577518672690)
                              * r
                          - 30.66479806614716)
                      * r
                  + 2.506628277459239)
              * q
              / (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r
                                  + 66.80131188771972)
                              * r
                          - 13.28068155288572)
                      * r
                  + 1);
    }
    double error = (cumulative(x) - p) / density(x);
    return x - error / (1 + x * error / 2);
  }

  private static double tail(double q) {
    return (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q
                            - 2.549732539343734)
                        * q
                    + 4.374664141464968)
                * q
            + 2.938163982698783)
        / ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q
                    + 3.754408661907416)
                * q
            + 1);
  }
}
