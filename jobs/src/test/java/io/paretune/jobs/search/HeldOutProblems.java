package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Compression with other interactions, curves, depths and noise than {@link CompressionProblems}:
 * they say whether a sampler generalises. The first two were looked at when the guided sampler's
 * draws were introduced, the last two only afterwards; no setting was chosen on any since.
 */
final class HeldOutProblems {
  private static final double CHANCE = 0.3;
  private static final double SPAN = 0.6;

  private HeldOutProblems() {}

  /** What layers, neighbours and the score do. */
  enum Kind {
    /** Neighbours' ratios multiply; a sharp fall. 24 layers, 1,000 answers. */
    PRODUCTS(0, 24, 1000, 4e8, 4e8),
    /** Damage grows exponentially with the ratio, strong couplings; few answers. 32 layers, 500. */
    EXPONENTIAL(1, 32, 500, 6e8, 2e8),
    /** Each layer has a curve of its own; the worse of two neighbours spreads. 40 layers, 2,000. */
    CURVES(2, 40, 2000, 4e8, 6e8),
    /** Each layer has a knee of its own; ratios meet the next layer's bits. 24 layers, 1,000. */
    KNEES(3, 24, 1000, 4e8, 4e8);

    private final int number;
    private final int layers;
    private final int samples;
    private final double ratioBytes;
    private final double bitsBytes;

    Kind(int number, int layers, int samples, double ratioBytes, double bitsBytes) {
      this.number = number;
      this.layers = layers;
      this.samples = samples;
      this.ratioBytes = ratioBytes;
      this.bitsBytes = bitsBytes;
    }
  }

  /** The constants of one problem. */
  private static final class Layers {
    private final Kind kind;
    private final double[] pruning;
    private final double[] quantizing;
    private final double[] coupling;
    private final double[] power;
    private final double[] knee;

    Layers(Kind kind, SplittableRandom random) {
      this.kind = kind;
      int n = kind.layers;
      pruning = new double[n];
      quantizing = new double[n];
      coupling = new double[n];
      power = new double[n];
      knee = new double[n];
      for (int l = 0; l < n; l++) {
        double depth = l / (n - 1.0);
        double trend =
            switch (kind) {
              case PRODUCTS -> 0.5 + 2 * Math.exp(-5 * depth) + 0.8 * depth * depth;
              case EXPONENTIAL -> 0.4 + 2 * Math.exp(-Math.pow((depth - 0.1) / 0.12, 2));
              case CURVES -> 0.6 + 0.8 * Math.pow(Math.sin(3 * depth), 2);
              case KNEES -> 1;
            };
        pruning[l] = trend * Math.exp(0.6 * random.nextGaussian());
        quantizing[l] = trend * Math.exp(0.6 * random.nextGaussian());
        coupling[l] = (kind == Kind.EXPONENTIAL ? 0.8 : 0.4) * random.nextGaussian();
        power[l] = kind == Kind.CURVES ? 1.5 + 2.5 * random.nextDouble() : 2.2;
        knee[l] = 0.35 + 0.4 * random.nextDouble();
      }
      for (double[] all : List.of(pruning, quantizing)) {
        double sum = Arrays.stream(all).sum();
        Arrays.setAll(all, l -> all[l] / sum);
      }
    }

    private double ofRatio(int layer, double ratio) {
      return switch (kind) {
        case PRODUCTS, CURVES -> Math.pow(ratio / 0.8, power[layer]);
        case EXPONENTIAL -> Math.expm1(3 * ratio) / Math.expm1(2.4);
        case KNEES ->
            1 / (1 + Math.exp(-14 * (ratio - knee[layer]))) - 1 / (1 + Math.exp(14 * knee[layer]));
      };
    }

    private double ofBits(double bits) {
      double halving =
          switch (kind) {
            case PRODUCTS -> 1.2;
            case EXPONENTIAL -> 0.9;
            case CURVES -> 1.6;
            case KNEES -> 1.0;
          };
      return Math.pow(2, -(bits - 2) / halving);
    }

    private double between(int layer, double[] ratios, double[] bits) {
      int before = layer - 1;
      double own = pruning[layer] * ofRatio(layer, ratios[layer]);
      double other = pruning[before] * ofRatio(before, ratios[before]);
      double root = Math.sqrt(pruning[layer] * pruning[before]);
      return switch (kind) {
        case PRODUCTS -> coupling[layer] * root * ratios[layer] * ratios[before];
        case EXPONENTIAL ->
            coupling[layer]
                * root
                * ofRatio(layer, ratios[layer])
                * ofRatio(before, ratios[before]);
        case CURVES -> Math.abs(coupling[layer]) * Math.min(own, other);
        case KNEES ->
            coupling[layer]
                * Math.sqrt(quantizing[layer] * pruning[before])
                * ofBits(bits[layer])
                * ratios[before];
      };
    }

    double score(double[] ratios, double[] bits) {
      double damage = 0;
      for (int l = 0; l < ratios.length; l++) {
        damage += pruning[l] * ofRatio(l, ratios[l]) + 0.7 * quantizing[l] * ofBits(bits[l]);
        damage += l > 0 ? between(l, ratios, bits) : 0;
      }
      double lost = Math.max(0, damage);
      double kept =
          switch (kind) {
            case PRODUCTS -> (1 + Math.exp(-4)) / (1 + Math.exp(7 * damage - 4));
            case EXPONENTIAL -> Math.exp(-2.2 * lost);
            case CURVES -> 1 - Math.pow(Math.min(1, lost / 1.6), 1.3);
            case KNEES -> (1 + Math.exp(-3)) / (1 + Math.exp(6 * damage - 3));
          };
      return CHANCE + SPAN * Math.max(0, Math.min(1, kept));
    }
  }

  static BenchmarkProblem of(Kind kind, long seed) {
    Layers layers = new Layers(kind, new SplittableRandom(31 * seed + 1_000_003L * kind.number));
    return new LayeredProblem(kind.layers, kind.samples, kind.ratioBytes, kind.bitsBytes, CHANCE, 1)
        .named("held-out-" + kind + "-" + seed, (r, b, multiple) -> layers.score(r, b));
  }
}
