package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Uniform over the space's feasible points, each variable on the scale that matters for it. */
public final class RandomSampler implements Sampler {
  private static final int REJECTIONS = 64;

  private final long seed;

  public RandomSampler(long seed) {
    this.seed = seed;
  }

  @Override
  public List<Point> propose(History history, long firstId, int count) {
    SearchSpace space = history.space();
    Feasibility feasibility = new Feasibility(space);
    List<Point> proposed = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      proposed.add(feasible(space, feasibility, TrialRandom.of(seed, firstId + k)));
    }
    return proposed;
  }

  /** A uniform feasible point: by rejection where that works soon, else repaired. */
  static Point feasible(SearchSpace space, Feasibility feasibility, RandomGenerator random) {
    Point point = uniform(space, random);
    for (int i = 0; i < REJECTIONS && !feasibility.isFeasible(point); i++) {
      point = uniform(space, random);
    }
    return feasibility.repaired(point, random);
  }

  /** A uniform point, feasible or not. */
  static Point uniform(SearchSpace space, RandomGenerator random) {
    double[] at = new double[space.dimensions()];
    for (int i = 0; i < at.length; i++) {
      Parameter p = space.parameter(i);
      boolean indexed = p.isDiscrete() && !p.isLogarithmic();
      at[i] =
          indexed
              ? p.lowest() + Math.floor(random.nextDouble() * p.cardinality())
              : p.atUnit(random.nextDouble());
    }
    return Point.of(at);
  }
}
