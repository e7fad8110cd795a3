package io.paretune.jobs.search;

import java.util.Arrays;

/**
 * Functions of one variable that its effect is a sum of: Legendre polynomials on the unit scale,
 * or, for a categorical, one indicator a choice.
 */
final class Basis {
  /** The most functions a variable can have. */
  static final int MOST = 24;

  private Basis() {}

  static int size(Parameter parameter) {
    if (parameter.cardinality() == 1) {
      return 1;
    }
    if (parameter instanceof Parameter.Categorical) {
      return (int) Math.min(MOST, parameter.cardinality());
    }
    return (int)
        Math.min(parameter instanceof Parameter.Ordinal ? 3 : 4, parameter.cardinality() - 1);
  }

  /** Writes the functions' values at a coordinate into {@code values}. */
  static void at(Parameter parameter, double coordinate, double[] values) {
    if (parameter instanceof Parameter.Categorical) {
      Arrays.fill(values, 0);
      values[(int) coordinate % MOST] = 1;
      return;
    }
    double t = 2 * parameter.unit(coordinate) - 1;
    double t2 = t * t;
    values[0] = t;
    values[1] = 1.5 * t2 - 0.5;
    values[2] = t * (2.5 * t2 - 1.5);
    values[3] = (35 * t2 * t2 - 30 * t2 + 3) / 8;
  }
}
