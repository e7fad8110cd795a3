package io.paretune.jobs.search;

/** A range that a quantity must lie in, bounds included; an infinite bound is none. */
public sealed interface Constraint {
  double min();

  double max();

  /** A bound on a quantity known before the trial runs. */
  record OnQuantity(String name, Additive quantity, double min, double max) implements Constraint {
    public OnQuantity {
      checkRange(name, min, max);
    }

    /** Whether a point keeps it. */
    public boolean isMet(Point point) {
      double value = quantity.of(point);
      return value >= min && value <= max;
    }
  }

  /** A bound on an objective, which may or may not be known. */
  record OnObjective(String objective, double min, double max) implements Constraint {
    public OnObjective {
      checkRange(objective, min, max);
    }
  }

  private static void checkRange(String name, double min, double max) {
    if (!(min <= max)) {
      throw new IllegalArgumentException(
          "constraint on " + name + ": min must be at most max, were " + min + " and " + max);
    }
  }
}
