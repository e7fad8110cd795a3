package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamageTest {
  private static final int LAYERS = 6;

  /** Of three criteria to choose from. */
  private final BenchmarkProblem problem =
      CompressionProblems.frontier(CompressionProblems.Shape.ROUGH, 1, LAYERS, 1000, 1, 0.5, 1.5);

  private final SearchSpace space = problem.space();
  private final Features features = new Features(space, Optional.empty());
  private final Damage.Layout layout =
      new Damage.Layout(
          space, features.groups(), new boolean[] {true, true, true}, features.pairs());

  private double[] theta(double plateau) {
    SplittableRandom random = new SplittableRandom(5);
    double[] theta = new double[layout.size];
    for (int k = 0; k < theta.length; k++) {
      theta[k] = 0.5 * random.nextGaussian() - (k >= layout.stepsAt[0] ? 4 : 0);
    }
    for (int k = layout.factorsAt[0][0]; k < layout.pairAt; k++) {
      theta[k] = 0.5 * random.nextGaussian();
    }
    Arrays.fill(theta, layout.pairAt, theta.length, 0.2);
    theta[Damage.PLATEAU] = plateau;
    return theta;
  }

  private Point point(int seed) {
    return RandomSampler.uniform(space, new SplittableRandom(seed));
  }

  /** The loss's derivatives by all unknowns, as the fit puts them together. */
  private double[] derivatives(Damage damage, Point point) {
    double[] into = new double[layout.size];
    double t = damage.gradient(point, into);
    for (int k = Damage.FIRST; k < into.length; k++) {
      into[k] *= damage.slope(t);
    }
    damage.linkGradient(t, into);
    return into;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 3})
  void derivativesAreThoseOfFiniteDifferences(double plateau) {
    for (int seed = 0; seed < 5; seed++) {
      Point point = point(seed);
      double[] theta = theta(plateau);
      double[] exact = derivatives(new Damage(layout, theta), point);
      for (int k = 0; k < theta.length; k++) {
        double[] up = theta.clone();
        double[] down = theta.clone();
        up[k] += 1e-5;
        down[k] -= 1e-5;
        Damage above = new Damage(layout, up);
        Damage below = new Damage(layout, down);
        double slope = (above.loss(above.of(point)) - below.loss(below.of(point))) / 2e-5;
        assertThat(exact[k])
            .as("unknown %d", k)
            .isCloseTo(slope, within(1e-6 + 1e-4 * Math.abs(slope)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 3})
  void theDamageOfALossIsTheOneThatCausesIt(double plateau) {
    Damage damage = new Damage(layout, theta(plateau));
    for (double t : new double[] {0.05, 0.5, 2}) {
      assertThat(damage.damage(damage.loss(t))).isCloseTo(t, within(1e-9 + 1e-6 * t));
    }
  }

  @Test
  void aFitForeseesLossesThatItWasNotShown() {
    List<Point> points = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    for (int seed = 0; seed < 80; seed++) {
      points.add(point(seed));
      losses.add(-problem.evaluator().truth(points.get(seed))[1]);
    }
    List<DamageFit.Datum> shown = values(points.subList(0, 60), losses);
    Damage fit = new DamageFit(layout, shown, List.of()).fit();
    double mean = shown.stream().mapToDouble(DamageFit.Datum::loss).average().orElseThrow();
    double missed = 0;
    double spread = 0;
    for (int n = 60; n < 80; n++) {
      missed += Math.pow(losses.get(n) - fit.loss(fit.of(points.get(n))), 2);
      spread += Math.pow(losses.get(n) - mean, 2);
    }
    assertThat(missed).isLessThan(0.05 * spread);
    int most = (int) space.parameter(0).cardinality() - 1;
    double first = fit.effects(List.of(0))[0][most];
    assertThat(fit.effects(List.of(1))[0][most] / first).as("half").isBetween(0.35, 0.65);
    assertThat(fit.effects(List.of(2))[0][most] / first).as("half more").isBetween(1.2, 1.9);
  }

  private static List<DamageFit.Datum> values(List<Point> points, List<Double> losses) {
    return IntStream.range(0, points.size())
        .mapToObj(
            n -> new DamageFit.Datum(points.get(n), losses.get(n), 0.005, DamageFit.Kind.VALUE))
        .toList();
  }

  @Test
  void aBoundMovesAFitOnlyWhereItPromisesLess() {
    List<Point> points = IntStream.range(0, 60).mapToObj(this::point).toList();
    List<Double> losses = points.stream().map(p -> -problem.evaluator().truth(p)[1]).toList();
    Point stopped = point(60);
    Damage without = new DamageFit(layout, values(points, losses), List.of()).fit();
    double foreseen = without.loss(without.of(stopped));
    assertThat(withBound(points, losses, stopped, foreseen - 0.1).theta())
        .as("kept anyhow")
        .isEqualTo(without.theta());
    Damage worse = withBound(points, losses, stopped, foreseen + 0.1);
    assertThat(worse.loss(worse.of(stopped))).isBetween(foreseen + 0.02, foreseen + 0.11);
  }

  private Damage withBound(List<Point> points, List<Double> losses, Point stopped, double bound) {
    List<DamageFit.Datum> data = new ArrayList<>(values(points, losses));
    data.add(new DamageFit.Datum(stopped, bound, 0.005, DamageFit.Kind.BOUND));
    return new DamageFit(layout, data, List.of()).fit();
  }

  @Test
  void groupsMayHaveSingleVariablesBesideThem() {
    Parameter tower = Spaces.ordinal("vision.ratio", 4);
    List<Parameter> more = new ArrayList<>(space.parameters());
    more.add(tower);
    assertThat(isPossible(more)).isTrue();
    more.add(new Parameter.FloatRange("x", 0, 1, Parameter.Scale.LINEAR, Place.UNKNOWN));
    assertThat(isPossible(more)).isFalse();
    assertThat(isPossible(List.of(tower, Spaces.ordinal("other", 3)))).isFalse();
  }

  private static boolean isPossible(List<Parameter> parameters) {
    SearchSpace of = new SearchSpace(parameters, List.of(Objective.maximize("score")), List.of());
    return DamageModel.isPossible(of, new Features(of, Optional.empty()));
  }

  @Test
  void aBeliefIsTheFitWhereThereAreNoLossesToTell() {
    List<List<Double>> terms = new ArrayList<>();
    for (int i = 0; i < space.dimensions(); i++) {
      List<Double> term = new ArrayList<>();
      for (int c = 0; c < space.parameter(i).cardinality(); c++) {
        term.add(c * (i % 2 == 0 ? i + 1.0 : 1.0));
      }
      terms.add(term);
    }
    Features believing = new Features(space, Optional.of(Additive.of(0, terms)));
    Point dense = Point.of(new double[space.dimensions()]);
    Damage fit =
        new DamageFit(
                layout,
                List.of(new DamageFit.Datum(dense, 0, 1, DamageFit.Kind.VALUE)),
                believing.beliefs())
            .fit();
    double[][] effects = fit.effects(List.of(0));
    double first = effects[0][effects[0].length - 1];
    double last = effects[10][effects[10].length - 1];
    assertThat(last / first).isCloseTo(11, within(0.5));
    assertThat(effects[1][5]).isCloseTo(effects[3][5], within(1e-6));
  }
}
