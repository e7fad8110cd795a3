package io.paretune.jobs.search;

import java.util.Arrays;

/**
 * Makes each variable's effects follow a known cost: if on the whole paying more lowers the loss,
 * then no single variable's loss rises with what it costs (least squares under that order: pool
 * adjacent violators, Barlow 1972). More bits or less pruning rarely hurts.
 */
final class Monotone {
  private Monotone() {}

  /**
   * Changes the effects in place.
   *
   * @param effects by variable and choice
   */
  static void enforce(double[][] effects, Additive cost) {
    Integer[][] orders = new Integer[effects.length][];
    double trend = 0;
    double size = 0;
    for (int i = 0; i < effects.length; i++) {
      int variable = i;
      Integer[] order = new Integer[effects[i].length];
      Arrays.setAll(order, c -> c);
      Arrays.sort(order, (a, b) -> Double.compare(cost.term(variable, a), cost.term(variable, b)));
      orders[i] = order;
      if (cost.dependsOn(i)) {
        double rise = effects[i][order[order.length - 1]] - effects[i][order[0]];
        trend += rise;
        size += Math.abs(rise);
      }
    }
    if (Math.abs(trend) < 0.3 * size) {
      return; // the data do not say that the cost matters
    }
    for (int i = 0; i < effects.length; i++) {
      if (cost.dependsOn(i)) {
        pool(effects[i], orders[i], trend > 0 ? 1 : -1);
      }
    }
  }

  /** Non-decreasing in the given order if {@code sign} is 1, non-increasing if -1. */
  private static void pool(double[] effects, Integer[] order, int sign) {
    double[] level = new double[order.length];
    int[] count = new int[order.length];
    int blocks = 0;
    for (int index : order) {
      level[blocks] = sign * effects[index];
      count[blocks++] = 1;
      while (blocks > 1 && level[blocks - 2] > level[blocks - 1]) {
        int merged = count[blocks - 2] + count[blocks - 1];
        level[blocks - 2] =
            (level[blocks - 2] * count[blocks - 2] + level[blocks - 1] * count[blocks - 1])
                / merged;
        count[blocks - 2] = merged;
        blocks--;
      }
    }
    int at = 0;
    for (int b = 0; b < blocks; b++) {
      for (int k = 0; k < count[b]; k++) {
        effects[order[at++]] = sign * level[b];
      }
    }
  }
}
