package io.paretune.udfs.evaluate;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How repeated measurements of one thing lie.
 *
 * @param low first quartile
 * @param median second quartile
 * @param high third quartile
 */
public record Spread(double low, double median, double high) implements Serializable {
  public Spread {
    if (!(low <= median && median <= high)) {
      throw new IllegalArgumentException(
          "quartiles ascend, were %s, %s, %s".formatted(low, median, high));
    }
  }

  /** Quartiles by linear interpolation between measurements (Hyndman and Fan 1996, type 7). */
  public static Spread of(double[] measurements) {
    if (measurements.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = measurements.clone();
    Arrays.sort(sorted);
    return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
  }

  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** The same of a quantity that falls as this one rises, such as tokens in a second. */
  public Spread inverse(double numerator) {
    return new Spread(numerator / high, numerator / median, numerator / low);
  }
}
