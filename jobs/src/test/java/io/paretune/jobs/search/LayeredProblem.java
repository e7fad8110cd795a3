package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Compressing a decoder: a pruning ratio and bits for each layer, and a criterion where there are
 * several. Memory is known, the score is a mean of right-or-wrong answers.
 *
 * @param samples answers that a score is the mean of
 * @param ratioBytes of a layer's dense weights
 * @param bitsBytes of a layer's cache in 16 bits
 * @param chance score that is worth nothing
 * @param multiples of each criterion's damage
 */
record LayeredProblem(
    int layers,
    int samples,
    double ratioBytes,
    double bitsBytes,
    double chance,
    double... multiples) {
  private static final double[] RATIOS = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
  private static final double[] BITS = {16, 8, 6, 4, 3, 2};

  /** The score without noise. */
  interface Score {
    /**
     * Of ratios and bits by layer.
     *
     * @param multiple of pruning's damage
     */
    double of(double[] ratios, double[] bits, double multiple);
  }

  BenchmarkProblem named(String name, Score score) {
    List<Parameter> parameters = new ArrayList<>();
    List<List<Double>> memory = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      double depth = l / (layers - 1.0);
      parameters.add(ordinal("l" + l + ".ratio", RATIOS, Place.of("ratio", depth)));
      memory.add(Arrays.stream(RATIOS).map(r -> Math.rint(ratioBytes * (1 - r))).boxed().toList());
      parameters.add(ordinal("l" + l + ".bits", BITS, Place.of("bits", depth)));
      memory.add(Arrays.stream(BITS).map(b -> Math.rint(bitsBytes * b / 16)).boxed().toList());
    }
    if (multiples.length > 1) {
      List<Object> names = Arrays.stream(multiples).<Object>mapToObj(m -> "times " + m).toList();
      parameters.add(new Parameter.Categorical("criterion", names, Place.UNKNOWN));
      memory.add(List.of());
    }
    Additive known = Additive.of(1e9, memory);
    SearchSpace space =
        new SearchSpace(
            parameters,
            List.of(Objective.minimize("memory").knownAs(known), Objective.maximize("score")),
            List.of());
    BenchmarkProblem.Evaluator evaluator =
        new BenchmarkProblem.Evaluator() {
          @Override
          public double[] truth(Point p) {
            double multiple = multiples[multiples.length > 1 ? p.choice(2 * layers) : 0];
            return new double[] {
              known.of(p), score.of(values(p, 0, RATIOS), values(p, 1, BITS), multiple)
            };
          }

          @Override
          public int samples() {
            return samples;
          }
        };
    List<Double> reference = List.of(known.greatest(), -chance);
    double best = bestVolume(space, evaluator, reference);
    return new BenchmarkProblem(name, space, reference, best, evaluator);
  }

  private double[] values(Point point, int offset, double[] choices) {
    return IntStream.range(0, layers)
        .mapToDouble(l -> choices[point.choice(2 * l + offset)])
        .toArray();
  }

  static Parameter ordinal(String name, double[] choices, Place place) {
    return new Parameter.Ordinal(
        name, Arrays.stream(choices).<Object>mapToObj(Double::valueOf).toList(), place);
  }

  /** Coordinate descent on weighted sums of the true objectives, many weights and starts. */
  private static double bestVolume(
      SearchSpace space, BenchmarkProblem.Evaluator evaluator, List<Double> reference) {
    double span =
        space.objectives().get(0).known().orElseThrow().greatest()
            - space.objectives().get(0).known().orElseThrow().least();
    Front front = new Front(reference.stream().mapToDouble(Double::doubleValue).toArray());
    double[] at = new double[space.dimensions()];
    for (int w = 0; w < 240; w++) {
      double weight = Math.exp(-6 + 10.0 * w / 239);
      double now = Double.POSITIVE_INFINITY;
      boolean moved = true;
      while (moved) {
        moved = false;
        for (int i = 0; i < at.length; i++) {
          double kept = at[i];
          double best = kept;
          for (int c = 0; c < space.parameter(i).cardinality(); c++) {
            at[i] = c;
            double[] truth = evaluator.truth(Point.of(at));
            double loss = weight * truth[0] / span - truth[1];
            front.add(truth[0], -truth[1]);
            if (loss < now - 1e-12) {
              now = loss;
              best = c;
              moved = true;
            }
          }
          at[i] = best;
        }
      }
    }
    return Hypervolume.of(
        front.points().toArray(double[][]::new),
        reference.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
