package io.paretune.jobs.search;

import java.util.random.RandomGenerator;

/** Small random changes of a point. */
final class LocalMoves {
  private static final double[] SCALES = {0.3, 0.1, 0.03, 0.01};

  private final SearchSpace space;

  LocalMoves(SearchSpace space) {
    this.space = space;
  }

  /**
   * Changes a few variables: usually one or two steps of a discrete one, a normal step of a number.
   */
  Point move(Point from, RandomGenerator random) {
    return move(from, random, SCALES[random.nextInt(SCALES.length)]);
  }

  /** Changes a few variables with normal steps of that size, as a share of each range. */
  Point move(Point from, RandomGenerator random, double scale) {
    double[] at = from.toArray();
    int d = at.length;
    // From one variable to all of them, evenly on a logarithmic scale.
    double share = Math.pow(d, -random.nextDouble());
    boolean moved = false;
    while (!moved) {
      for (int i = 0; i < d; i++) {
        if (random.nextDouble() < share && space.parameter(i).cardinality() > 1) {
          at[i] = step(i, at[i], random, scale);
          moved = true;
        }
      }
      moved |= space.cardinality() == 1;
    }
    return Point.of(at);
  }

  private double step(int parameter, double from, RandomGenerator random, double scale) {
    Parameter p = space.parameter(parameter);
    if (p instanceof Parameter.Categorical) {
      double other = random.nextInt((int) p.cardinality() - 1);
      return other < from ? other : other + 1;
    }
    if (p.isDiscrete()) {
      double size =
          Math.max(1, Math.rint(Math.abs(random.nextGaussian()) * scale * p.cardinality()));
      double to = random.nextBoolean() ? from + size : from - size;
      return to < p.lowest() || to > p.highest() ? reflected(p, from, to) : to;
    }
    return p.atUnit(p.unit(from) + scale * random.nextGaussian());
  }

  private static double reflected(Parameter p, double from, double to) {
    return Math.min(p.highest(), Math.max(p.lowest(), 2 * from - to));
  }

  /** One discrete variable a step up and another a step down: a known sum changes little. */
  Point exchange(Point from, RandomGenerator random) {
    double[] at = from.toArray();
    for (int sign : new int[] {1, -1}) {
      int i = random.nextInt(at.length);
      Parameter p = space.parameter(i);
      double to = at[i] + sign;
      if (p instanceof Parameter.Ordinal && p.contains(to)) {
        at[i] = to;
      }
    }
    return Point.of(at);
  }

  /**
   * A two-level design: every discrete variable at one of its ends, each second point the mirror of
   * the one before, so that a linear effect is seen as clearly as can be and is not mixed up with
   * even ones (foldover; Box and Wilson 1951).
   */
  static Point extremes(SearchSpace space, long index, long seed) {
    RandomGenerator random = TrialRandom.of(~seed, index / 2);
    double[] at = new double[space.dimensions()];
    for (int i = 0; i < at.length; i++) {
      Parameter p = space.parameter(i);
      boolean high = random.nextBoolean() == (index % 2 == 0);
      boolean ordered = !(p instanceof Parameter.Categorical);
      at[i] = ordered ? (high ? p.highest() : p.lowest()) : random.nextInt((int) p.cardinality());
    }
    return Point.of(at);
  }
}
