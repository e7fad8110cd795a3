package io.paretune.jobs.search;

import java.util.Arrays;

/**
 * The multiple-choice knapsack: for every level of a known quantity, the choices whose effects sum
 * to the least (Kellerer, Pferschy and Pisinger 2004, section 11.5: dynamic programming over the
 * quantity in equal bins). The quantity is rounded; whoever needs it exactly computes it from the
 * choices.
 */
final class Knapsack {
  private final int[][] cost; // [variable][choice], in bins above the variable's least
  private final int used;

  /**
   * Prepares for one quantity.
   *
   * @param choices how many values each variable has
   * @param bins resolution of the quantity
   */
  Knapsack(Additive quantity, int[] choices, int bins) {
    double span = Math.max(quantity.greatest() - quantity.least(), Double.MIN_NORMAL);
    cost = new int[choices.length][];
    int most = 0;
    for (int i = 0; i < choices.length; i++) {
      double least = Double.POSITIVE_INFINITY;
      for (int c = 0; c < choices[i]; c++) {
        least = Math.min(least, quantity.term(i, c));
      }
      cost[i] = new int[choices[i]];
      int worst = 0;
      for (int c = 0; c < choices[i]; c++) {
        cost[i][c] = (int) Math.round((quantity.term(i, c) - least) / span * bins);
        worst = Math.max(worst, cost[i][c]);
      }
      most += worst;
    }
    used = most;
  }

  /** The least sum of effects at each level of the quantity, and how to reach it. */
  static final class Solution {
    private final double[] sums;
    private final byte[][] choice;
    private final int[][] cost;

    private Solution(double[] sums, byte[][] choice, int[][] cost) {
      this.sums = sums;
      this.choice = choice;
      this.cost = cost;
    }

    int bins() {
      return sums.length;
    }

    /** The least sum of effects in a bin; infinite if no choices fall into it. */
    double sum(int bin) {
      return sums[bin];
    }

    /** The choices behind {@link #sum}. */
    int[] choices(int bin) {
      int[] chosen = new int[cost.length];
      int left = bin;
      for (int i = cost.length - 1; i >= 0; i--) {
        chosen[i] = choice[i][left];
        left -= cost[i][chosen[i]];
      }
      return chosen;
    }
  }

  /**
   * Solves for every bin at once.
   *
   * @param effects of each choice of each variable, at most 127 choices each
   */
  Solution solve(double[][] effects) {
    double[] best = new double[used + 1];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    best[0] = 0;
    byte[][] choice = new byte[cost.length][used + 1];
    int reach = 0;
    for (int i = 0; i < cost.length; i++) {
      double[] next = new double[used + 1];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      int worst = 0;
      for (int c = 0; c < cost[i].length; c++) {
        int step = cost[i][c];
        worst = Math.max(worst, step);
        double effect = effects[i][c];
        byte[] row = choice[i];
        for (int b = 0; b <= reach; b++) {
          double sum = best[b] + effect;
          if (sum < next[b + step]) {
            next[b + step] = sum;
            row[b + step] = (byte) c;
          }
        }
      }
      reach += worst;
      best = next;
    }
    return new Solution(best, choice, cost);
  }
}
