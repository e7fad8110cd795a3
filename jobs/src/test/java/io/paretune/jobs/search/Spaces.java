package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Small spaces for tests. */
final class Spaces {
  private Spaces() {}

  static Parameter ordinal(String name, int choices) {
    return new Parameter.Ordinal(
        name, IntStream.range(0, choices).<Object>mapToObj(i -> i).toList(), Place.UNKNOWN);
  }

  static Parameter number(String name, double low, double high) {
    return new Parameter.FloatRange(name, low, high, Parameter.Scale.LINEAR, Place.UNKNOWN);
  }

  static SearchSpace ordinals(int variables, int choices, Objective... objectives) {
    return new SearchSpace(
        IntStream.range(0, variables).mapToObj(i -> ordinal("v" + i, choices)).toList(),
        List.of(objectives),
        List.of());
  }

  /** Whole-number terms, so that sums are exact. */
  static Additive randomQuantity(long seed, int variables, int choices) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<Double>> terms = new ArrayList<>();
    for (int i = 0; i < variables; i++) {
      terms.add(IntStream.range(0, choices).mapToObj(c -> (double) random.nextInt(20)).toList());
    }
    return Additive.of(random.nextInt(5), terms);
  }

  /** Every point of a discrete space. */
  static List<Point> all(SearchSpace space) {
    List<Point> points = new ArrayList<>();
    int count = (int) space.cardinality();
    for (int k = 0; k < count; k++) {
      double[] at = new double[space.dimensions()];
      int rest = k;
      for (int i = 0; i < at.length; i++) {
        int n = (int) space.parameter(i).cardinality();
        at[i] = space.parameter(i).lowest() + rest % n;
        rest /= n;
      }
      points.add(Point.of(at));
    }
    return points;
  }
}
