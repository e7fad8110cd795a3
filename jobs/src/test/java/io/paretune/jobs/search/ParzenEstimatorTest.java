package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ParzenEstimatorTest {
  private static final List<Parameter> DISCRETE =
      List.of(
          Spaces.ordinal("o", 4),
          new Parameter.Categorical("c", List.of("x", "y", "z"), Place.UNKNOWN),
          new Parameter.IntRange("i", 1, 8, Parameter.Scale.LOG, Place.UNKNOWN));

  private static SearchSpace space(List<Parameter> parameters) {
    return new SearchSpace(parameters, List.of(Objective.minimize("f")), List.of());
  }

  @Test
  void probabilitiesOfADiscreteSpaceSumToOne() {
    SearchSpace space = space(DISCRETE);
    ParzenEstimator estimator =
        new ParzenEstimator(
            space,
            List.of(Point.of(0, 1, 2), Point.of(3, 2, 8)),
            new double[] {1, 3},
            TpeSettings.DEFAULT);
    double sum = 0;
    for (Point p : Spaces.all(space)) {
      sum += Math.exp(estimator.logDensity(p));
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  @Test
  void theDensityOfANumberIntegratesToOneAndSamplesFollowIt() {
    SearchSpace space = space(List.of(Spaces.number("x", -2, 6)));
    ParzenEstimator estimator =
        new ParzenEstimator(
            space, List.of(Point.of(-2), Point.of(1)), new double[] {2, 1}, TpeSettings.DEFAULT);
    double below = 0;
    double all = 0;
    int steps = 8000;
    for (int k = 0; k < steps; k++) {
      double x = -2 + 8.0 * (k + 0.5) / steps;
      double mass = Math.exp(estimator.logDensity(Point.of(x))) / steps;
      all += mass;
      below += x < 0 ? mass : 0;
    }
    assertThat(all).isCloseTo(1, within(1e-4));
    SplittableRandom random = new SplittableRandom(1);
    int count = 0;
    int draws = 20_000;
    for (int k = 0; k < draws; k++) {
      double x = estimator.sample(random).at(0);
      assertThat(x).isBetween(-2.0, 6.0);
      count += x < 0 ? 1 : 0;
    }
    assertThat(count / (double) draws).isCloseTo(below, within(0.015));
  }

  @Test
  void theNormalDistributionIsExactEnough() {
    assertThat(Normal.cumulative(1.959963984540054)).isCloseTo(0.975, within(1e-14));
    assertThat(Normal.cumulative(-8)).isCloseTo(6.22096057427178e-16, within(1e-28));
    assertThat(Normal.quantile(0.975)).isCloseTo(1.959963984540054, within(1e-12));
    assertThat(Normal.quantile(1e-12)).isCloseTo(-7.034483825301132, within(1e-6));
  }
}
