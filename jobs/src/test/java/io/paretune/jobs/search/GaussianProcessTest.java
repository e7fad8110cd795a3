package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianProcessTest {
  private final SearchSpace space =
      new SearchSpace(
          List.of(
              Spaces.ordinal("l0.ratio", 5),
              Spaces.ordinal("l1.ratio", 5),
              Spaces.ordinal("l2.ratio", 5),
              Spaces.ordinal("l3.ratio", 5),
              Spaces.number("x", -1, 3),
              new Parameter.Categorical("c", List.of("a", "b", "c"), Place.UNKNOWN)),
          List.of(Objective.minimize("f")),
          List.of());
  private final Encoding encoding = new Encoding(space, Optional.empty());
  private final Hyper hyper = Hyper.initial(space).withNoise(0.2);
  private final List<Encoding.Encoded> points = new ArrayList<>();
  private final List<Double> targets = new ArrayList<>();
  private final GaussianProcess process = new GaussianProcess(encoding, hyper, 4);

  private void observe(int count) {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < count; i++) {
      Encoding.Encoded at = encoding.of(RandomSampler.uniform(space, random));
      double target = random.nextGaussian();
      points.add(at);
      targets.add(target);
      process.add(at, target, 0.01 * i);
    }
    process.settle();
  }

  /** The covariance written out from the definition. */
  private double covariance(Encoding.Encoded a, Encoding.Encoded b) {
    Features f = encoding.features();
    double sum = 1;
    for (int k = 0; k < f.size(); k++) {
      double scale = f.prior(k) * hyper.scale(f.part(k));
      sum += a.features()[k] * b.features()[k] * scale * scale;
    }
    double squared = 0;
    for (int k = 0; k < a.place.length; k++) {
      squared += Math.pow((a.place[k] - b.place[k]) / hyper.length(), 2);
    }
    double r = Math.sqrt(5 * squared);
    return sum + Math.pow(hyper.rest(), 2) * (1 + r + r * r / 3) * Math.exp(-r);
  }

  /** Solves by Gauss and Jordan, as naively as can be. */
  private double[] solved(double[][] matrix, double[] right) {
    int n = right.length;
    for (int i = 0; i < n; i++) {
      double pivot = matrix[i][i];
      for (int j = 0; j < n; j++) {
        matrix[i][j] /= pivot;
      }
      right[i] /= pivot;
      for (int k = 0; k < n; k++) {
        double factor = matrix[k][i];
        if (k != i) {
          for (int j = 0; j < n; j++) {
            matrix[k][j] -= factor * matrix[i][j];
          }
          right[k] -= factor * right[i];
        }
      }
    }
    return right;
  }

  private double[] solved(double[] right) {
    int n = points.size();
    double[][] matrix = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        matrix[i][j] = covariance(points.get(i), points.get(j));
      }
      matrix[i][i] += hyper.noise() * hyper.noise() + 0.01 * i + 1e-6;
    }
    return solved(matrix, right);
  }

  @Test
  void meanAndDeviationAreThoseOfTheTextbook() {
    observe(25);
    Encoding.Encoded at = encoding.of(RandomSampler.uniform(space, new SplittableRandom(9)));
    double[] k = points.stream().mapToDouble(p -> covariance(at, p)).toArray();
    double[] dual = solved(targets.stream().mapToDouble(Double::doubleValue).toArray());
    double[] weights = solved(k.clone());
    double mean = 0;
    double variance = covariance(at, at);
    for (int i = 0; i < k.length; i++) {
      mean += k[i] * dual[i];
      variance -= k[i] * weights[i];
    }
    assertThat(process.predict(at).mean()).isCloseTo(mean, within(1e-8));
    assertThat(process.predict(at).deviation()).isCloseTo(Math.sqrt(variance), within(1e-8));
    assertThat(process.mean(at)).isCloseTo(mean, within(1e-8));
  }

  /** The textbook's integrals over the value at the bound's point, by the sum of many slices. */
  @ParameterizedTest
  @ValueSource(doubles = {-8, -1, 0, 0.5, 3, 60})
  void aBoundTellsThatTheValueIsThatOrMore(double deviationsAbove) {
    observe(12);
    Encoding.Encoded at = encoding.of(RandomSampler.uniform(space, new SplittableRandom(9)));
    GaussianProcess.Prediction before = process.predict(at);
    double bound = before.mean() + deviationsAbove * before.deviation();
    double noise = Math.sqrt(hyper.noise() * hyper.noise() + 0.05 + 1e-6);
    double[] moments = new double[3];
    double[] logs = new double[200_001];
    for (int i = 0; i < logs.length; i++) {
      double f = before.mean() + before.deviation() * (-70 + 140.0 * i / (logs.length - 1));
      double z = (f - bound) / noise;
      double own = (f - before.mean()) / before.deviation();
      logs[i] = -own * own / 2 + (z < -37 ? -1e9 : Math.log(Normal.cumulative(z)));
    }
    double most = Arrays.stream(logs).max().orElseThrow();
    for (int i = 0; i < logs.length; i++) {
      double f = before.deviation() * (-70 + 140.0 * i / (logs.length - 1));
      for (int m = 0; m < 3; m++) {
        moments[m] += Math.exp(logs[i] - most) * Math.pow(f, m);
      }
    }
    double mean = moments[1] / moments[0];
    double deviation = Math.sqrt(moments[2] / moments[0] - mean * mean);
    process.addBound(at, bound, 0.05);
    process.settle();
    assertThat(process.predict(at).mean() - before.mean()).isCloseTo(mean, within(1e-3));
    assertThat(process.predict(at).deviation()).isCloseTo(deviation, within(1e-3));
  }

  @Test
  void theMeanAtAnObservationIsThePredictionThere() {
    observe(12);
    for (int i = 0; i < points.size(); i++) {
      assertThat(process.meanAt(i)).isCloseTo(process.mean(points.get(i)), within(1e-8));
    }
  }

  @Test
  void drawsOfTheWeightsScatterAroundTheirPosteriorMean() {
    observe(30);
    double[] mean = process.weights();
    double[] sum = new double[mean.length];
    double[] squares = new double[mean.length];
    int draws = 4000;
    SplittableRandom random = new SplittableRandom(5);
    for (int d = 0; d < draws; d++) {
      double[] drawn = process.drawWeights(random, 1);
      for (int f = 0; f < sum.length; f++) {
        sum[f] += drawn[f] / draws;
        squares[f] += drawn[f] * drawn[f] / draws;
      }
    }
    for (int f = 0; f < sum.length; f++) {
      double deviation = Math.sqrt(Math.max(0, squares[f] - sum[f] * sum[f]));
      assertThat(sum[f]).isCloseTo(mean[f], within(5 * deviation / Math.sqrt(draws) + 1e-9));
    }
  }

  @Test
  void appendingRowsFactorsTheWholeMatrix() {
    Cholesky factor = new Cholesky(1);
    factor.append(new double[] {4});
    factor.append(new double[] {2, 5});
    factor.append(new double[] {-2, 3, 11});
    // L = [2 0 0; 1 2 0; -1 2 sqrt(6)]
    assertThat(factor.forward(new double[] {2, 5, 3 + Math.sqrt(6)}))
        .containsExactly(new double[] {1, 2, 1e-300}, within(1.0));
    assertThat(factor.halfLogDeterminant())
        .isCloseTo(Math.log(2 * 2 * Math.sqrt(6)), within(1e-12));
    double[] x = factor.solve(new double[] {4, 10, 12});
    assertThat(4 * x[0] + 2 * x[1] - 2 * x[2]).isCloseTo(4, within(1e-12));
    assertThat(-2 * x[0] + 3 * x[1] + 11 * x[2]).isCloseTo(12, within(1e-12));
  }
}
