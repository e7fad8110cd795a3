package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which points no other point beats; every objective is minimised. */
public final class ParetoFront {
  private ParetoFront() {}

  /**
   * Complete trials that keep every constraint and that no other such trial beats, in order; one of
   * a profile that was asked more than once, with the mean of all its answers.
   */
  public static List<Trial> of(SearchSpace space, List<Trial> trials) {
    List<Trial> candidates =
        Repeats.pooled(trials).stream()
            .filter(t -> t.isComplete() && !t.origin().isForeign())
            .filter(t -> new Feasibility(space).violation(t) == 0)
            .toList();
    int[] ranks = ranks(losses(space, candidates));
    List<Trial> front = new ArrayList<>();
    for (int i = 0; i < ranks.length; i++) {
      if (ranks[i] == 0) {
        front.add(candidates.get(i));
      }
    }
    return front;
  }

  /** The trials' values with every objective turned so that less is better. */
  static double[][] losses(SearchSpace space, List<Trial> trials) {
    double[][] losses = new double[trials.size()][space.objectives().size()];
    for (int i = 0; i < losses.length; i++) {
      for (int j = 0; j < losses[i].length; j++) {
        losses[i][j] = space.objectives().get(j).direction().loss(trials.get(i).value(j));
      }
    }
    return losses;
  }

  /** Whether {@code a} is at least as good everywhere and better somewhere. */
  public static boolean dominates(double[] a, double[] b) {
    boolean better = false;
    for (int j = 0; j < a.length; j++) {
      if (a[j] > b[j]) {
        return false;
      }
      better |= a[j] < b[j];
    }
    return better;
  }

  /**
   * Non-dominated sorting: 0 for points that no other beats, 1 for those that only those of rank 0
   * beat, and so on. Equal points share a rank.
   */
  public static int[] ranks(double[][] points) {
    int n = points.length;
    int[] ranks = new int[n];
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    // In lexicographic order no point is beaten by a later one, so one pass settles each rank.
    Arrays.sort(order, (a, b) -> Arrays.compare(points[a], points[b]));
    List<List<Integer>> fronts = new ArrayList<>();
    for (int index : order) {
      int rank = 0;
      while (rank < fronts.size() && anyDominates(points, fronts.get(rank), points[index])) {
        rank++;
      }
      if (rank == fronts.size()) {
        fronts.add(new ArrayList<>());
      }
      fronts.get(rank).add(index);
      ranks[index] = rank;
    }
    return ranks;
  }

  private static boolean anyDominates(double[][] points, List<Integer> front, double[] point) {
    for (int k = front.size() - 1; k >= 0; k--) {
      if (dominates(points[front.get(k)], point)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Greedy choice of the points that together dominate most: the hypervolume subset selection of
   * MOTPE (Ozaki 2022, doi 10.1613/jair.1.13188, section 4.2).
   *
   * @return indexes of {@code count} points, best first
   */
  static int[] mostHypervolume(double[][] points, double[] reference, int count) {
    int wanted = Math.min(count, points.length);
    int[] chosen = new int[wanted];
    boolean[] taken = new boolean[points.length];
    double[][] selected = new double[0][];
    for (int k = 0; k < wanted; k++) {
      int best = -1;
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < points.length; i++) {
        if (!taken[i]) {
          double gain = Hypervolume.gain(selected, reference, points[i]);
          if (gain > most) {
            most = gain;
            best = i;
          }
        }
      }
      taken[best] = true;
      chosen[k] = best;
      selected = Arrays.copyOf(selected, k + 1);
      selected[k] = points[best];
    }
    return chosen;
  }
}
