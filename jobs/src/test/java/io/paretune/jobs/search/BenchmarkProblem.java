package io.paretune.jobs.search;

import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * An analytic objective to search, with what it takes to judge a search on it.
 *
 * @param name what tables call it
 * @param space what may vary
 * @param reference worst losses that count, by objective; a single objective has none that matters
 * @param best the best known hypervolume, or for one objective the least loss
 * @param evaluator measures and knows the truth
 */
record BenchmarkProblem(
    String name,
    SearchSpace space,
    java.util.List<Double> reference,
    double best,
    Evaluator evaluator) {

  interface Evaluator {
    /** Noise-free values, in the space's order of objectives. */
    double[] truth(Point point);

    /** How many right-or-wrong answers a trial asks; 0 where values are exact. */
    default int samples() {
      return 0;
    }
  }

  /** What a trial reports: the truth, or the mean of that many answers. */
  Outcome measure(Point point, RandomGenerator random) {
    double[] truth = evaluator.truth(point);
    Map<String, Double> values = new java.util.HashMap<>();
    for (int j = 0; j < truth.length; j++) {
      Objective objective = space.objectives().get(j);
      if (objective.known().isEmpty()) {
        values.put(objective.name(), noisy(truth[j], random));
      }
    }
    return Outcome.complete(values, evaluator.samples());
  }

  private double noisy(double truth, RandomGenerator random) {
    int right = 0;
    for (int i = 0; i < evaluator.samples(); i++) {
      right += random.nextDouble() < truth ? 1 : 0;
    }
    return evaluator.samples() == 0 ? truth : right / (double) evaluator.samples();
  }
}
