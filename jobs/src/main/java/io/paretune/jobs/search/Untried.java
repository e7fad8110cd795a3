package io.paretune.jobs.search;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Finds points that were not tried, also the last ones of a small space. */
final class Untried {
  private static final int REDRAWS = 8;

  /** A space of so many points is searched through when draws no longer find what is left. */
  private static final double MOST_COUNTED = 20_000;

  private final SearchSpace space;
  private final Feasibility feasibility;
  private final double cardinality;

  Untried(SearchSpace space, Feasibility feasibility) {
    this.space = space;
    this.feasibility = feasibility;
    this.cardinality = space.cardinality();
  }

  /**
   * The first draw that was not tried. After a few draws any point that was not, if there is one in
   * a space small enough to look through; else a draw, tried or not.
   */
  Point draw(Set<Point> seen, Supplier<Point> draw, RandomGenerator random) {
    Point point = draw.get();
    for (int i = 0; i < REDRAWS && seen.contains(point) && seen.size() < cardinality; i++) {
      point = draw.get();
    }
    return seen.contains(point) ? any(seen, random).orElse(point) : point;
  }

  /** A feasible point that was not tried, where the space is small enough to look through. */
  private Optional<Point> any(Set<Point> seen, RandomGenerator random) {
    if (cardinality > MOST_COUNTED || seen.size() >= cardinality) {
      return Optional.empty();
    }
    int count = (int) cardinality;
    int start = random.nextInt(count);
    for (int k = 0; k < count; k++) {
      Point point = at((start + k) % count);
      if (!seen.contains(point) && feasibility.isFeasible(point)) {
        return Optional.of(point);
      }
    }
    return Optional.empty();
  }

  /** The point of that number when all are counted through. */
  private Point at(int number) {
    double[] at = new double[space.dimensions()];
    int rest = number;
    for (int i = 0; i < at.length; i++) {
      Parameter p = space.parameter(i);
      int values = (int) p.cardinality();
      at[i] = p.lowest() + rest % values;
      rest /= values;
    }
    return Point.of(at);
  }
}
