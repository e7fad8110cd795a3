package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class KnapsackTest {
  @Property(tries = 100)
  void everyBinHoldsTheLeastSumOfAllCombinationsThatFallIntoIt(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int variables,
      @ForAll @IntRange(min = 1, max = 4) int choices) {
    SearchSpace space = Spaces.ordinals(variables, choices, Objective.minimize("f"));
    Additive quantity = Spaces.randomQuantity(seed, variables, choices);
    int bins = (int) Math.max(1, quantity.greatest() - quantity.least()); // one a unit: exact
    SplittableRandom random = new SplittableRandom(seed);
    double[][] effects = new double[variables][choices];
    for (double[] row : effects) {
      for (int c = 0; c < choices; c++) {
        row[c] = random.nextGaussian();
      }
    }
    Map<Double, Double> least = new HashMap<>();
    for (Point p : Spaces.all(space)) {
      least.merge(quantity.of(p), sum(effects, p), Math::min);
    }
    int[] counts = new int[variables];
    java.util.Arrays.fill(counts, choices);
    Knapsack.Solution solution = new Knapsack(quantity, counts, bins).solve(effects);
    int found = 0;
    for (int b = 0; b < solution.bins(); b++) {
      if (solution.sum(b) < Double.POSITIVE_INFINITY) {
        double[] at = java.util.Arrays.stream(solution.choices(b)).asDoubleStream().toArray();
        Point point = Point.of(at);
        assertThat(sum(effects, point)).isCloseTo(solution.sum(b), within(1e-9));
        assertThat(solution.sum(b)).isCloseTo(least.get(quantity.of(point)), within(1e-9));
        found++;
      }
    }
    assertThat(found).isEqualTo(least.size());
  }

  private static double sum(double[][] effects, Point p) {
    double sum = 0;
    for (int i = 0; i < effects.length; i++) {
      sum += effects[i][p.choice(i)];
    }
    return sum;
  }
}
