package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
  private static double[][] points(long seed, int count, int objectives) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] points = new double[count][objectives];
    for (double[] p : points) {
      Arrays.setAll(p, j -> random.nextInt(5));
    }
    return points;
  }

  /** Peels fronts off one by one, comparing every pair. */
  private static int[] byPeeling(double[][] points) {
    int[] ranks = new int[points.length];
    Arrays.fill(ranks, -1);
    for (int rank = 0; Arrays.stream(ranks).anyMatch(r -> r < 0); rank++) {
      boolean[] front = new boolean[points.length];
      for (int i = 0; i < points.length; i++) {
        front[i] = ranks[i] < 0;
        for (int j = 0; j < points.length; j++) {
          front[i] &= !(ranks[j] < 0 && ParetoFront.dominates(points[j], points[i]));
        }
      }
      for (int i = 0; i < points.length; i++) {
        ranks[i] = front[i] ? rank : ranks[i];
      }
    }
    return ranks;
  }

  @Property(tries = 300)
  void ranksAreThoseOfPeelingFronts(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 25) int count,
      @ForAll @IntRange(min = 1, max = 4) int objectives) {
    double[][] points = points(seed, count, objectives);
    assertThat(ParetoFront.ranks(points)).isEqualTo(byPeeling(points));
  }

  @Test
  void subsetSelectionTakesTheLargestGainFirstAndThenWhatComplementsIt() {
    double[][] points = {{1, 9}, {2, 8.9}, {5, 5}, {9, 0.5}};
    int[] chosen = ParetoFront.mostHypervolume(points, new double[] {10, 10}, 3);
    assertThat(chosen).containsExactly(2, 3, 0);
  }
}
