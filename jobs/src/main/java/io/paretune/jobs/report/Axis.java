package io.paretune.jobs.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A linear axis with round ticks.
 *
 * @param low value at its beginning
 * @param high value at its end
 * @param step between ticks
 */
record Axis(double low, double high, double step) {
  private static final int WANTED_TICKS = 7;

  Axis {
    if (!(low < high) || !(step > 0)) {
      throw new IllegalArgumentException(
          "an axis grows, was [" + low + ", " + high + "] by " + step);
    }
  }

  /** The smallest axis with round ends that holds every value. */
  static Axis covering(List<Double> values) {
    double min = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double max = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    double raw = Math.max(max - min, 1e-3) / WANTED_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = power * 10;
    for (double factor : new double[] {1, 2, 5}) {
      if (raw <= power * factor) {
        step = power * factor;
        break;
      }
    }
    double low = Math.floor(min / step) * step;
    double high = Math.ceil(max / step) * step;
    return new Axis(low, high > low ? high : low + step, step);
  }

  /** Where a value lies: 0 at the beginning, 1 at the end. */
  double position(double value) {
    return (value - low) / (high - low);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    long n = Math.round((high - low) / step);
    for (long i = 0; i <= n; i++) {
      ticks.add(low + i * step);
    }
    return ticks;
  }
}
