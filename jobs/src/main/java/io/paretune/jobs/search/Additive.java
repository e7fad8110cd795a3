package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;

/**
 * A quantity known before a trial runs: a constant plus one term for each variable with choices.
 * Memory is one.
 */
public final class Additive {
  private final double constant;
  private final double[][] terms;
  private final boolean exact;

  private Additive(double constant, double[][] terms) {
    this.constant = constant;
    this.terms = terms;
    boolean whole = isExactInteger(constant);
    for (double[] term : terms) {
      for (double t : term) {
        whole &= isExactInteger(t);
      }
    }
    this.exact = whole;
  }

  /**
   * A constant plus terms.
   *
   * @param terms for each variable of the space, in its order, one number a choice; an empty list
   *     where the quantity does not depend on it
   */
  public static Additive of(double constant, List<List<Double>> terms) {
    checkFinite(constant);
    double[][] copied = new double[terms.size()][];
    for (int i = 0; i < copied.length; i++) {
      copied[i] = terms.get(i).stream().mapToDouble(Double::doubleValue).toArray();
      for (double t : copied[i]) {
        checkFinite(t);
      }
    }
    return new Additive(constant, copied);
  }

  private static void checkFinite(double term) {
    if (!Double.isFinite(term)) {
      throw new IllegalArgumentException("a known term must be finite, was " + term);
    }
  }

  private static boolean isExactInteger(double value) {
    return value == Math.rint(value) && Math.abs(value) < Parameter.LARGEST_EXACT_INTEGER;
  }

  /** The quantity at a point. */
  public double of(Point point) {
    double sum = constant;
    for (int i = 0; i < terms.length; i++) {
      sum += term(i, point.at(i));
    }
    return sum;
  }

  /** What a variable adds at that coordinate. */
  public double term(int parameter, double coordinate) {
    double[] term = terms[parameter];
    return term.length == 0 ? 0 : term[(int) coordinate];
  }

  /** Whether a variable changes the quantity at all. */
  public boolean dependsOn(int parameter) {
    for (double t : terms[parameter]) {
      if (t != terms[parameter][0]) {
        return true;
      }
    }
    return false;
  }

  public double constant() {
    return constant;
  }

  /** How many variables the space has. */
  public int size() {
    return terms.length;
  }

  /** The least value over all points. */
  public double least() {
    return extreme(-1);
  }

  /** The greatest value over all points. */
  public double greatest() {
    return extreme(1);
  }

  private double extreme(int sign) {
    double sum = constant;
    for (double[] term : terms) {
      double best = term.length == 0 ? 0 : sign * term[0];
      for (double t : term) {
        best = Math.max(best, sign * t);
      }
      sum += sign * best;
    }
    return sum;
  }

  /**
   * How far two ways of summing may differ: zero for whole numbers, whose sums are exact. Whoever
   * checks a bound may add in another order than we do.
   */
  public double rounding() {
    return exact ? 0 : 1e-12 * Math.max(Math.abs(least()), Math.abs(greatest()));
  }

  /** The terms of each variable, one number a choice, as given. */
  public List<List<Double>> terms() {
    List<List<Double>> all = new ArrayList<>();
    for (double[] term : terms) {
      List<Double> one = new ArrayList<>();
      for (double t : term) {
        one.add(t);
      }
      all.add(List.copyOf(one));
    }
    return List.copyOf(all);
  }
}
