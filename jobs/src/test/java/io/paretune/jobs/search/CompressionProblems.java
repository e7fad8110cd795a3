package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Objectives shaped like compressing a decoder; several shapes, so that none is fitted. */
final class CompressionProblems {
  private static final double CHANCE = 0.25;
  private static final double DENSE = 0.92;

  private CompressionProblems() {}

  /** How one layer's damage grows and how damages add up to a score. */
  enum Shape {
    /** Layers differ little, so that treating all alike is nearly best. */
    MILD,
    /** First layers matter most; damage saturates exponentially. */
    EARLY,
    /** Both ends matter; a sharp fall after a plateau. */
    ENDS,
    /** No pattern in depth; heavy-tailed; mild fall. */
    ROUGH
  }

  /** A sensitivity of every variable, what neighbours add, and the score they make. */
  private static final class Damage {
    final Shape shape;
    final double[] pruning;
    final double[] quantizing;
    final double[] coupling;

    Damage(Shape shape, int layers, RandomGenerator random) {
      this.shape = shape;
      pruning = new double[layers];
      quantizing = new double[layers];
      coupling = new double[layers];
      for (int l = 0; l < layers; l++) {
        double depth = l / (layers - 1.0);
        double trend =
            switch (shape) {
              case EARLY -> 0.3 + 3 * Math.exp(-6 * depth);
              case ENDS -> 0.3 + 2 * Math.exp(-8 * depth) + 1.5 * Math.exp(-8 * (1 - depth));
              case ROUGH -> 0.5;
              case MILD -> 1 + 0.6 * Math.exp(-5 * depth);
            };
        double rough = shape == Shape.ROUGH ? 1.0 : shape == Shape.MILD ? 0.35 : 0.5;
        pruning[l] = trend * Math.exp(rough * random.nextGaussian());
        quantizing[l] = trend * Math.exp(rough * random.nextGaussian());
        coupling[l] = (shape == Shape.MILD ? 0.2 : 0.6) * random.nextGaussian();
      }
      normalise(pruning);
      normalise(quantizing);
    }

    private static void normalise(double[] values) {
      double sum = Arrays.stream(values).sum();
      Arrays.setAll(values, i -> values[i] / sum);
    }

    /** With pruning that does so many times its damage. */
    double score(double[] ratios, double[] bits, double multiple) {
      double total = 0;
      double before = 0;
      for (int l = 0; l < ratios.length; l++) {
        double power = shape == Shape.ENDS ? 3.5 : 2.5;
        double own =
            3.2 * multiple * pruning[l] * Math.pow(ratios[l], power)
                + 2.4 * quantizing[l] * Math.pow(2, -(bits[l] - 2) / 1.3);
        total += own + (l > 0 ? coupling[l] * Math.sqrt(own * before) : 0);
        before = own;
      }
      double lost = Math.max(0, total);
      double kept =
          switch (shape) {
            case EARLY -> Math.exp(-1.5 * lost);
            case ENDS -> 1.02 / (1 + Math.exp(5 * (lost - 0.8)));
            case ROUGH -> 1 / (1 + lost * lost * 2);
            case MILD -> (1 + Math.exp(-4.2)) / (1 + Math.exp(6 * lost - 4.2));
          };
      return CHANCE + (DENSE - CHANCE) * Math.min(1, kept);
    }
  }

  /** Layers of (ratio, bits): memory is known, the score a mean of right-or-wrong answers. */
  static BenchmarkProblem frontier(Shape shape, long seed, int layers, int samples) {
    return frontier(shape, seed, layers, samples, 1);
  }

  /**
   * The same with criteria to choose from, where there are several.
   *
   * @param multiples of each criterion's damage
   */
  static BenchmarkProblem frontier(
      Shape shape, long seed, int layers, int samples, double... multiples) {
    Damage damage = new Damage(shape, layers, new SplittableRandom(seed));
    String name = "frontier-" + shape + "-" + seed + "-of-" + multiples.length;
    return new LayeredProblem(layers, samples, 4e8, 4e8, CHANCE, multiples)
        .named(name, damage::score);
  }

  /** The paper's setting: one loss, a floor on the mean ratio, eight blocks of seven matrices. */
  static BenchmarkProblem constrained(long seed) {
    double[] ratios = {0.45, 0.475, 0.5, 0.525, 0.55};
    int n = 56;
    SplittableRandom random = new SplittableRandom(seed);
    double[] slope = new double[n];
    double[] bend = new double[n];
    double[] couple = new double[n];
    List<Parameter> parameters = new ArrayList<>();
    List<List<Double>> share = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int block = i / 7;
      slope[i] = Math.exp(0.8 * random.nextGaussian() - 0.25 * block);
      bend[i] = 0.5 * Math.abs(random.nextGaussian());
      couple[i] = 0.3 * random.nextGaussian();
      parameters.add(
          LayeredProblem.ordinal(
              "b" + block + ".p" + i % 7, ratios, Place.of("p" + i % 7, block / 7.0)));
      share.add(Arrays.stream(ratios).map(r -> r / n).boxed().toList());
    }
    SearchSpace space =
        new SearchSpace(
            parameters,
            List.of(Objective.minimize("perplexity")),
            List.of(
                new Constraint.OnQuantity(
                    "sparsity", Additive.of(0, share), 0.4951, Double.POSITIVE_INFINITY)));
    BenchmarkProblem.Evaluator evaluator =
        p -> {
          double sum = 0;
          double before = 0;
          for (int i = 0; i < n; i++) {
            double t = (ratios[p.choice(i)] - 0.5) / 0.05;
            sum += slope[i] * (t + bend[i] * t * t) + couple[i] * t * before;
            before = t;
          }
          return new double[] {7 * Math.exp(0.01 * sum)};
        };
    return new BenchmarkProblem("constrained-" + seed, space, List.of(), Double.NaN, evaluator);
  }
}
