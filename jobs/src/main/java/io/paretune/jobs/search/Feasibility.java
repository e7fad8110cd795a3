package io.paretune.jobs.search;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Keeps proposals inside the known constraints, and says how far a trial is outside of any. */
final class Feasibility {
  private static final int RESTARTS = 40;
  private static final int MOST_SWAPS = 2_000_000;

  private final SearchSpace space;
  private final List<Constraint.OnQuantity> known;
  private final List<Constraint.OnObjective> learned;
  private final boolean slack;
  private int misses; // repairs that failed

  Feasibility(SearchSpace space) {
    this(space, true);
  }

  /** Bounds as they were given, without the slack that proposals keep for others' rounding. */
  static Feasibility exact(SearchSpace space) {
    return new Feasibility(space, false);
  }

  private Feasibility(SearchSpace space, boolean slack) {
    this.space = space;
    this.known = space.knownConstraints();
    this.learned = space.learnedConstraints();
    this.slack = slack;
  }

  boolean isUnconstrained() {
    return known.isEmpty();
  }

  /** How far a point is outside the known constraints, as a share of each quantity's range. */
  double violation(Point point) {
    double sum = 0;
    for (Constraint.OnQuantity c : known) {
      sum += excess(c, c.quantity().of(point));
    }
    return sum;
  }

  /** How far a trial is outside all constraints; what was never measured is inside. */
  double violation(Trial trial) {
    double sum = 0;
    for (Constraint.OnQuantity c : known) {
      // A trial exactly on the bound keeps it; the slack is for proposals only.
      sum += outside(c.quantity().of(trial.point()), c.min(), c.max(), span(c.quantity()));
    }
    for (Constraint.OnObjective c : learned) {
      double value = trial.value(space.objectiveIndex(c.objective()).orElseThrow());
      double bound = Double.isInfinite(c.min()) ? c.max() : c.min();
      sum += outside(value, c.min(), c.max(), Math.max(1e-300, Math.abs(bound)));
    }
    return sum;
  }

  boolean isFeasible(Point point) {
    return violation(point) == 0;
  }

  private double excess(Constraint.OnQuantity c, double value) {
    double room = slack ? c.quantity().rounding() : 0;
    return outside(value, c.min() + room, c.max() - room, span(c.quantity()));
  }

  private static double span(Additive quantity) {
    return Math.max(1e-300, quantity.greatest() - quantity.least());
  }

  private static double outside(double value, double min, double max, double span) {
    return (value < min ? (min - value) / span : 0) + (value > max ? (value - max) / span : 0);
  }

  /** Repairs are tried in full again: of an ask, not of all before it, follows how hard. */
  void forgetMisses() {
    misses = 0;
  }

  /**
   * The point itself if it is feasible, else a feasible one reached by changing as few variables as
   * a greedy descent can, drawing on {@code random} for which. If none is found, the point with the
   * least violation seen, which {@link Study#ask} refuses; each such failure halves what the next
   * repair may cost.
   */
  Point repaired(Point point, RandomGenerator random) {
    if (isFeasible(point)) {
      return point;
    }
    int restarts = RESTARTS >> Math.min(misses, 30);
    Point best = restarted(point, restarts, random);
    if (slack && !isFeasible(best)) {
      // Perhaps only a point exactly on the bound is left.
      Feasibility given = exact(space);
      best = given.restarted(best, restarts, random);
      best = given.isFeasible(best) || restarts == 0 ? best : given.swapped(best);
      misses += given.isFeasible(best) ? 0 : 1;
    }
    return best;
  }

  private Point restarted(Point point, int restarts, RandomGenerator random) {
    Point best = descend(point, random);
    for (int i = 0; i < restarts && !isFeasible(best); i++) {
      Point other = descend(RandomSampler.uniform(space, random), random);
      best = violation(other) < violation(best) ? other : best;
    }
    return best;
  }

  /** A feasible point that differs in two choices, where one alone did not do; else the point. */
  private Point swapped(Point from) {
    double[] values = new double[known.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = known.get(c).quantity().of(from);
    }
    int tried = 0;
    for (int i = 0; i < from.size(); i++) {
      for (int to = 0; to < choices(i); to++) {
        double[] one = values.clone();
        move(one, i, from.at(i), to);
        for (int j = i + 1; j < from.size(); j++) {
          for (int other = 0; other < choices(j) && tried < MOST_SWAPS; other++, tried++) {
            double[] two = one.clone();
            move(two, j, from.at(j), other);
            if (excess(two) == 0) {
              return from.with(i, to).with(j, other);
            }
          }
        }
      }
    }
    return from;
  }

  private int choices(int parameter) {
    return space.parameter(parameter) instanceof Parameter.Choice c ? c.choices().size() : 0;
  }

  /** Moves variables in random order, each by the shortest step that helps, while any does. */
  private Point descend(Point from, RandomGenerator random) {
    double[] at = from.toArray();
    double[] values = new double[known.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = known.get(c).quantity().of(from);
    }
    int[] order = IntStream.range(0, at.length).toArray();
    boolean moved = true;
    double now = excess(values);
    while (moved && now > 0) {
      moved = false;
      Shuffle.inPlace(order, random);
      for (int i = 0; i < order.length && now > 0; i++) {
        int parameter = order[i];
        double to = helpfulStep(parameter, at[parameter], values, now);
        if (to != at[parameter]) {
          move(values, parameter, at[parameter], to);
          at[parameter] = to;
          now = excess(values);
          moved = true;
        }
      }
    }
    return Point.of(at);
  }

  /** The nearest choice that ends the violation, else the nearest that lessens it, else none. */
  private double helpfulStep(int parameter, double from, double[] values, double now) {
    if (!(space.parameter(parameter) instanceof Parameter.Choice choice)) {
      return from;
    }
    double helpful = from;
    int most = choice.choices().size();
    for (int step = 1; step < most; step++) {
      for (double to : new double[] {from - step, from + step}) {
        if (to < 0 || to >= most) {
          continue;
        }
        double[] next = values.clone();
        move(next, parameter, from, to);
        double then = excess(next);
        if (then == 0) {
          return to;
        }
        if (then < now && helpful == from) {
          helpful = to;
        }
      }
    }
    return helpful;
  }

  private void move(double[] values, int parameter, double from, double to) {
    for (int c = 0; c < values.length; c++) {
      Additive quantity = known.get(c).quantity();
      values[c] += quantity.term(parameter, to) - quantity.term(parameter, from);
    }
  }

  private double excess(double[] values) {
    double sum = 0;
    for (int c = 0; c < values.length; c++) {
      sum += excess(known.get(c), values[c]);
    }
    return sum;
  }
}
