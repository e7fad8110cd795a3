package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A non-dominated set of losses and what a new point would add to its hypervolume. */
final class Front {
  private final double[] reference;
  private final List<double[]> points = new ArrayList<>(); // with two objectives: by the first

  Front(double[] reference) {
    this.reference = reference.clone();
  }

  int size() {
    return points.size();
  }

  List<double[]> points() {
    return points;
  }

  /** Takes a point in, without a copy; those that it beats leave. */
  void add(double... point) {
    for (double[] p : points) {
      if (ParetoFront.dominates(p, point) || Arrays.equals(p, point)) {
        return;
      }
    }
    points.removeIf(p -> ParetoFront.dominates(point, p));
    int at = 0;
    while (at < points.size() && points.get(at)[0] < point[0]) {
      at++;
    }
    points.add(at, point);
  }

  /** The hypervolume that a point would add. */
  double gain(double... point) {
    return switch (reference.length) {
      case 1 -> {
        double best = points.isEmpty() ? reference[0] : points.get(0)[0];
        yield Math.max(0, Math.min(best, reference[0]) - point[0]);
      }
      case 2 -> gainOfTwo(point[0], point[1]);
      default -> Hypervolume.gain(points.toArray(double[][]::new), reference, point);
    };
  }

  /** Strips of the staircase between the point and the reference, left to right. */
  private double gainOfTwo(double x, double y) {
    if (x >= reference[0] || y >= reference[1]) {
      return 0;
    }
    int low = 0;
    int high = points.size();
    while (low < high) { // the first step right of x
      int middle = (low + high) >>> 1;
      if (points.get(middle)[0] <= x) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    double ceiling = low > 0 ? Math.min(reference[1], points.get(low - 1)[1]) : reference[1];
    double gain = 0;
    double left = x;
    for (int k = low; k < points.size() && ceiling > y; k++) {
      double right = Math.min(points.get(k)[0], reference[0]);
      if (right > left) {
        gain += (right - left) * (ceiling - y);
        left = right;
      }
      ceiling = Math.min(ceiling, points.get(k)[1]);
    }
    return ceiling > y && reference[0] > left ? gain + (reference[0] - left) * (ceiling - y) : gain;
  }
}
