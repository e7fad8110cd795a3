package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;

/**
 * A sum over variables that are all choices: a constant, an effect of each variable's choice, and
 * of each pair of variables that may interact products of what their choices stand for. A point
 * costs a look-up a variable and a product a pair.
 */
final class ChoiceEffects {
  /**
   * A kind of interaction.
   *
   * @param factors by variable and choice
   * @param weights by pair: what the product of its two variables' factors is multiplied with
   */
  record Products(double[][] factors, double[] weights) {}

  private final double constant;
  private final double[][] own; // by variable and choice
  private final int[][] pairs;
  private final List<Products> products;
  private final int[][] pairsOf; // by variable

  ChoiceEffects(double constant, double[][] own, int[][] pairs, List<Products> products) {
    this(constant, own, pairs, products, pairsOf(own.length, pairs));
  }

  private ChoiceEffects(
      double constant, double[][] own, int[][] pairs, List<Products> products, int[][] pairsOf) {
    this.constant = constant;
    this.own = own;
    this.pairs = pairs;
    this.products = products;
    this.pairsOf = pairsOf;
  }

  private static int[][] pairsOf(int variables, int[][] pairs) {
    List<List<Integer>> of = new ArrayList<>();
    for (int i = 0; i < variables; i++) {
      of.add(new ArrayList<>());
    }
    for (int p = 0; p < pairs.length; p++) {
      of.get(pairs[p][0]).add(p);
      of.get(pairs[p][1]).add(p);
    }
    return of.stream()
        .map(all -> all.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /** What each choice does on its own, by variable; changing it changes these effects. */
  double[][] own() {
    return own;
  }

  int variables() {
    return own.length;
  }

  int choices(int variable) {
    return own[variable].length;
  }

  /** The same with other effects of each variable's choices. */
  ChoiceEffects with(double[][] others) {
    return new ChoiceEffects(constant, others, pairs, products, pairsOf);
  }

  /**
   * These effects and others beside them.
   *
   * @param factor what the others are multiplied with; of the same variables and pairs
   */
  ChoiceEffects plus(ChoiceEffects others, double factor) {
    double[][] sum = new double[own.length][];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = own[i].clone();
      for (int c = 0; c < sum[i].length; c++) {
        sum[i][c] += factor * others.own[i][c];
      }
    }
    List<Products> both = new ArrayList<>(products);
    for (Products p : others.products) {
      double[] weights = p.weights().clone();
      for (int k = 0; k < weights.length; k++) {
        weights[k] *= factor;
      }
      both.add(new Products(p.factors(), weights));
    }
    return new ChoiceEffects(constant + factor * others.constant, sum, pairs, both, pairsOf);
  }

  /** How far the variables' own effects reach in all; infinite ones are not counted. */
  double range() {
    double sum = 0;
    for (double[] effect : own) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double e : effect) {
        low = Math.min(low, e);
        high = e < Double.POSITIVE_INFINITY ? Math.max(high, e) : high;
      }
      sum += high > low ? high - low : 0;
    }
    return sum;
  }

  double of(Point point) {
    double sum = constant;
    for (int i = 0; i < own.length; i++) {
      sum += own[i][point.choice(i)];
    }
    for (Products kind : products) {
      double[][] factors = kind.factors();
      double[] weights = kind.weights();
      for (int p = 0; p < weights.length; p++) {
        int i = pairs[p][0];
        int j = pairs[p][1];
        sum += weights[p] * factors[i][point.choice(i)] * factors[j][point.choice(j)];
      }
    }
    return sum;
  }

  /**
   * What each choice of a variable adds, the others being what they are.
   *
   * @param at the others' choices
   * @param into one number a choice
   */
  void given(int[] at, int variable, double[] into) {
    double[] mine = own[variable];
    System.arraycopy(mine, 0, into, 0, mine.length);
    for (Products kind : products) {
      double slope = 0;
      double[] weights = kind.weights();
      if (weights.length == 0) {
        continue;
      }
      double[][] factors = kind.factors();
      for (int p : pairsOf[variable]) {
        int other = pairs[p][0] == variable ? pairs[p][1] : pairs[p][0];
        slope += weights[p] * factors[other][at[other]];
      }
      double[] factor = factors[variable];
      for (int c = 0; c < mine.length; c++) {
        into[c] += slope * factor[c];
      }
    }
  }
}
