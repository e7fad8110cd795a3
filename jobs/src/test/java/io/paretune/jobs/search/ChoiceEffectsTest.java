package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChoiceEffectsTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isTheMeanThatTheCovariancesGive(boolean curved) {
    BenchmarkProblem problem =
        CompressionProblems.frontier(CompressionProblems.Shape.EARLY, 2, 5, 500);
    Additive memory = problem.space().objectives().get(0).known().orElseThrow();
    Encoding encoding = new Encoding(problem.space(), Optional.of(memory));
    SplittableRandom random = new SplittableRandom(8);
    Hyper hyper = Hyper.initial(problem.space());
    if (curved) {
      double[] weights = new double[encoding.features().size()];
      java.util.Arrays.setAll(weights, i -> random.nextGaussian());
      hyper = hyper.withCurves(encoding.features().curves(weights));
    }
    GaussianProcess process = new GaussianProcess(encoding, hyper, 4);
    for (int i = 0; i < 150; i++) {
      process.add(
          encoding.of(RandomSampler.uniform(problem.space(), random)), random.nextGaussian(), 0.1);
    }
    process.settle();
    for (int i = 0; i < 20; i++) {
      Encoding.Encoded at = encoding.of(RandomSampler.uniform(problem.space(), random));
      assertThat(process.mean(at)).isCloseTo(process.predict(at).mean(), within(1e-9));
    }
  }
}
