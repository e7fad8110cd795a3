package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HypervolumeTest {
  private static final double CELLS = 6;

  /** Points on a small grid: repeated, dominated and on the reference all happen. */
  private static double[][] points(long seed, int count, int objectives) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] points = new double[count][objectives];
    for (double[] p : points) {
      Arrays.setAll(p, j -> random.nextInt((int) CELLS + 1));
    }
    return points;
  }

  private static double[] reference(int objectives) {
    double[] reference = new double[objectives];
    Arrays.fill(reference, CELLS);
    return reference;
  }

  /** Counts the unit cells that some point dominates. */
  private static double byCounting(double[][] points, int objectives) {
    int cells = (int) Math.pow(CELLS, objectives);
    int dominated = 0;
    for (int c = 0; c < cells; c++) {
      int rest = c;
      int[] corner = new int[objectives];
      for (int j = 0; j < objectives; j++) {
        corner[j] = rest % (int) CELLS;
        rest /= (int) CELLS;
      }
      boolean any = false;
      for (double[] p : points) {
        boolean all = true;
        for (int j = 0; j < objectives; j++) {
          all &= p[j] <= corner[j];
        }
        any |= all;
      }
      dominated += any ? 1 : 0;
    }
    return dominated;
  }

  @Property(tries = 300)
  void volumeIsTheCountOfDominatedCells(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 12) int count,
      @ForAll @IntRange(min = 1, max = 4) int objectives) {
    double[][] points = points(seed, count, objectives);
    assertThat(Hypervolume.of(points, reference(objectives)))
        .isCloseTo(byCounting(points, objectives), within(1e-9));
  }

  @Property(tries = 200)
  void contributionIsWhatRemovingThePointLoses(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 8) int count,
      @ForAll @IntRange(min = 2, max = 3) int objectives) {
    double[][] points = points(seed, count, objectives);
    double[] contributions = Hypervolume.contributions(points, reference(objectives));
    for (int i = 0; i < count; i++) {
      int left = i;
      double[][] rest =
          java.util.stream.IntStream.range(0, count)
              .filter(k -> k != left)
              .mapToObj(k -> points[k])
              .toArray(double[][]::new);
      assertThat(contributions[i])
          .isCloseTo(byCounting(points, objectives) - byCounting(rest, objectives), within(1e-9));
    }
  }

  @Property(tries = 200)
  void gainIsTheGrowthOfTheVolume(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int count,
      @ForAll @IntRange(min = 1, max = 3) int objectives) {
    double[][] all = points(seed, count, objectives);
    double[][] before = Arrays.copyOf(all, count - 1);
    assertThat(Hypervolume.gain(before, reference(objectives), all[count - 1]))
        .isCloseTo(byCounting(all, objectives) - byCounting(before, objectives), within(1e-9));
  }
}
