package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Points at which all variables of a group have the same value: the sweep that any search has to
 * beat, and what says most about the groups for a few trials.
 */
final class UniformSettings {
  private static final int MOST = 240;

  private final SearchSpace space;
  private final List<Group> groups;
  private final double[] golden; // steps of the R sequence

  UniformSettings(SearchSpace space, List<Group> groups) {
    this.space = space;
    this.groups = groups;
    // Roberts 2018: the generalised golden ratio gives an even sequence in any dimension.
    double phi = 2;
    for (int i = 0; i < 40; i++) {
      phi = Math.pow(1 + phi, 1.0 / (groups.size() + 1));
    }
    golden = new double[groups.size()];
    for (int g = 0; g < golden.length; g++) {
      golden[g] = Math.pow(1 / phi, g + 1.0) % 1;
    }
  }

  /** Whether groups stand for enough variables for uniform points to mean something. */
  boolean areUseful() {
    return groups.size() <= 6 && space.dimensions() >= 3 * groups.size();
  }

  /** An even sequence over the groups' settings, from the middle outwards. */
  Point spread(long index, RandomGenerator random, double jitter) {
    double[] at = new double[space.dimensions()];
    for (int g = 0; g < golden.length; g++) {
      double unit = (0.5 + index * golden[g]) % 1;
      for (int i : groups.get(g).members()) {
        Parameter p = space.parameter(i);
        double moved = unit + jitter * random.nextGaussian();
        at[i] = p.isDiscrete() ? cell(p, moved) : p.atUnit(moved);
      }
    }
    return Point.of(at);
  }

  private static double cell(Parameter p, double unit) {
    if (p.isLogarithmic()) {
      return p.atUnit(unit);
    }
    double value = Math.floor(Math.min(1, Math.max(0, unit)) * p.cardinality());
    return p.lowest() + Math.min(value, p.cardinality() - 1);
  }

  /** Every combination of the groups' settings, or so many at random where there are more. */
  List<Point> all(RandomGenerator random) {
    double combinations = 1;
    for (Group group : groups) {
      combinations *= steps(group);
    }
    List<Point> points = new ArrayList<>();
    int count = (int) Math.min(MOST, combinations);
    for (int k = 0; k < count; k++) {
      double[] at = new double[space.dimensions()];
      int rest = k;
      for (Group group : groups) {
        int steps = steps(group);
        int step = combinations > MOST ? random.nextInt(steps) : rest % steps;
        rest /= steps;
        for (int i : group.members()) {
          Parameter p = space.parameter(i);
          at[i] =
              p instanceof Parameter.Choice
                  ? step
                  : p.atUnit(steps == 1 ? 0.5 : step / (steps - 1.0));
        }
      }
      points.add(Point.of(at));
    }
    return points;
  }

  private int steps(Group group) {
    Parameter p = space.parameter(group.members().get(0));
    return p instanceof Parameter.Choice
        ? (int) p.cardinality()
        : (int) Math.min(12, p.cardinality());
  }
}
