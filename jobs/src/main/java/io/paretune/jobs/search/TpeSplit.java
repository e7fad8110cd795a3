package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Which finished trials are good. Feasible complete trials by non-domination rank, the last rank's
 * ties by hypervolume subset selection (MOTPE, Ozaki 2022, section 4.2); then infeasible ones by
 * violation (c-TPE, Watanabe 2022, section 3); stopped and failed trials are never good.
 *
 * @param good the good trials, best first; not empty unless nothing is complete
 * @param weights how much each good trial counts
 * @param bad all others
 * @param own how many of the study's own trials have ended
 */
record TpeSplit(List<Trial> good, List<Double> weights, List<Trial> bad, int own) {

  static TpeSplit of(History history, TpeSettings settings) {
    SearchSpace space = history.space();
    Feasibility feasibility = new Feasibility(space);
    List<Trial> complete = new ArrayList<>();
    List<Trial> infeasible = new ArrayList<>();
    List<Trial> bad = new ArrayList<>();
    for (Trial trial : Repeats.pooled(history.finished())) {
      if (!trial.isComplete()) {
        bad.add(trial);
      } else if (feasibility.violation(trial) > 0) {
        infeasible.add(trial);
      } else {
        complete.add(trial);
      }
    }
    int wanted = settings.split().good(complete.size() + infeasible.size());
    List<Trial> good = new ArrayList<>();
    double[] weights;
    if (complete.isEmpty()) {
      infeasible.sort(Comparator.comparingDouble(feasibility::violation));
      split(infeasible, wanted, good, bad);
      weights = uniform(good.size());
    } else {
      double[][] losses = ParetoFront.losses(space, complete);
      int[] order = losses[0].length == 1 ? byLoss(losses) : byRank(losses, wanted);
      List<Trial> ordered = Arrays.stream(order).mapToObj(complete::get).toList();
      split(ordered, wanted, good, bad);
      bad.addAll(infeasible);
      weights =
          settings.weighting() == TpeSettings.Weighting.UNIFORM
              ? uniform(good.size())
              : merits(losses, order, good.size());
    }
    int own = (int) history.finished().stream().filter(t -> !t.origin().isForeign()).count();
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= good.get(i).origin().weightAfter(own);
    }
    return new TpeSplit(good, Arrays.stream(weights).boxed().toList(), bad, own);
  }

  /** How much a trial counts for where it comes from. */
  double weight(Trial trial) {
    return trial.origin().weightAfter(own);
  }

  private static void split(List<Trial> ordered, int wanted, List<Trial> good, List<Trial> bad) {
    int count = Math.min(wanted, ordered.size());
    good.addAll(ordered.subList(0, count));
    bad.addAll(ordered.subList(count, ordered.size()));
  }

  private static double[] uniform(int count) {
    double[] weights = new double[count];
    Arrays.fill(weights, 1);
    return weights;
  }

  private static int[] byLoss(double[][] losses) {
    return sorted(losses.length, Comparator.comparingDouble(i -> losses[i][0]));
  }

  private static int[] byRank(double[][] losses, int wanted) {
    int[] ranks = ParetoFront.ranks(losses);
    int[] order = sorted(losses.length, Comparator.comparingInt(i -> ranks[i]));
    if (wanted >= order.length || ranks[order[wanted - 1]] != ranks[order[wanted]]) {
      return order;
    }
    int tied = ranks[order[wanted]];
    int from = 0;
    while (ranks[order[from]] != tied) {
      from++;
    }
    int to = from;
    while (to < order.length && ranks[order[to]] == tied) {
      to++;
    }
    int[] group = Arrays.copyOfRange(order, from, to);
    double[][] points = Arrays.stream(group).mapToObj(i -> losses[i]).toArray(double[][]::new);
    int[] chosen = ParetoFront.mostHypervolume(points, reference(losses), wanted - from);
    boolean[] taken = new boolean[group.length];
    int at = from;
    for (int c : chosen) {
      taken[c] = true;
      order[at++] = group[c];
    }
    for (int i = 0; i < group.length; i++) {
      if (!taken[i]) {
        order[at++] = group[i];
      }
    }
    return order;
  }

  /** Sections 3.2 of Watanabe 2023 (EI weights) and 4.3 of MOTPE (hypervolume contributions). */
  private static double[] merits(double[][] losses, int[] order, int count) {
    double[] merits = new double[count];
    if (losses[0].length == 1) {
      double threshold = losses[order[Math.min(count, order.length - 1)]][0];
      for (int i = 0; i < count; i++) {
        merits[i] = threshold - losses[order[i]][0];
      }
    } else {
      double[][] points = new double[count][];
      for (int i = 0; i < count; i++) {
        points[i] = losses[order[i]];
      }
      merits = Hypervolume.contributions(points, reference(losses));
    }
    double mean = Arrays.stream(merits).average().orElse(0);
    for (int i = 0; i < count; i++) {
      // Half by merit, half equal: one outlier must not stand for all.
      merits[i] = mean > 0 ? 0.5 * merits[i] / mean + 0.5 : 1;
    }
    return merits;
  }

  /** The worst value seen of each objective, a tenth of the range further out. */
  static double[] reference(double[][] losses) {
    double[] reference = new double[losses[0].length];
    for (int j = 0; j < reference.length; j++) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double[] loss : losses) {
        low = Math.min(low, loss[j]);
        high = Math.max(high, loss[j]);
      }
      reference[j] = high + 0.1 * Math.max(high - low, 1e-9);
    }
    return reference;
  }

  private static int[] sorted(int count, Comparator<Integer> comparator) {
    Integer[] order = new Integer[count];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, comparator);
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }
}
