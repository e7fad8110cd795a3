package io.paretune.udfs.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A weighted sum of ratios, Σₖ aₖ·Uₖ/Vₖ, whose numerators and denominators are sums over images:
 * the form of every metric here, of means, of F1 (2·tp / (2·tp + fp + fn)), of accuracy with acc⁺,
 * and of several benchmarks with weights.
 *
 * <p>Its variance is clustered by image and linearized: the image i contributes Σₖ aₖ·(uₖᵢ −
 * rₖ·vₖᵢ)/Vₖ (Woodruff, JASA 66, 1971). For a single mean that is the ratio estimator of survey
 * sampling.
 */
public final class RatioSum {
  private final List<Ratio> ratios = new ArrayList<>();

  /**
   * One ratio; what each image adds to numerator and denominator.
   *
   * @param benchmark that it belongs to, empty where there is only one
   * @param name among the benchmark's ratios
   */
  private record Ratio(
      String benchmark, String name, double weight, Map<String, double[]> byImage) {
    double sum(int part) {
      return byImage.values().stream().mapToDouble(uv -> uv[part]).sum();
    }

    String key() {
      return benchmark + "/" + name;
    }

    /** 0 where nothing is divided by. */
    double value() {
      double v = sum(1);
      return v == 0 ? 0 : sum(0) / v;
    }
  }

  /** What an image adds to a ratio. */
  static final class Sums {
    private final Map<String, double[]> byImage = new HashMap<>();

    void add(String imageId, double numerator, double denominator) {
      double[] uv = byImage.computeIfAbsent(imageId, id -> new double[2]);
      uv[0] += numerator;
      uv[1] += denominator;
    }

    double value() {
      return new Ratio("", "", 1, byImage).value();
    }
  }

  /**
   * Adds a ratio.
   *
   * @param name that tells it from the others
   */
  RatioSum with(String name, double weight, Sums sums) {
    ratios.add(new Ratio("", name, weight, sums.byImage));
    return this;
  }

  /** Adds the sum of one of several benchmarks, times a factor. */
  RatioSum with(String benchmark, double factor, RatioSum other) {
    other.ratios.forEach(
        r -> ratios.add(new Ratio(benchmark, r.name, factor * r.weight, r.byImage)));
    return this;
  }

  /** NaN where there is no ratio at all. */
  double value() {
    if (ratios.isEmpty()) {
      return Double.NaN;
    }
    return ratios.stream().mapToDouble(r -> r.weight * r.value()).sum();
  }

  /**
   * What these answers add to the score on all questions, by image and benchmark: Σₖ aₖ·uₖᵢ/Vₖ with
   * the weights and denominators of all questions, which answers must not change ({@link
   * Benchmark#addsUp}). The dearest ratio's numerator counts as 1, so that what a plain mean's
   * answers are worth is their credit.
   *
   * @param all of the questions
   */
  public Map<String, Double> worth(RatioSum all) {
    Map<String, Double> units = all.units();
    Map<String, Double> worth = new HashMap<>();
    for (Ratio own : ratios) {
      Double unit = units.get(own.key());
      if (unit == null) {
        throw new IllegalArgumentException("no question is of " + own.key());
      }
      // By image first: it is a hash, and an order by it has nothing to do with the answers.
      own.byImage.forEach(
          (image, uv) -> worth.merge(image + "/" + own.benchmark, unit * uv[0], Double::sum));
    }
    return worth;
  }

  /** What a numerator's 1 is worth, by ratio. */
  private Map<String, Double> units() {
    Map<String, Double> units = new HashMap<>();
    ratios.forEach(r -> units.put(r.key(), r.sum(1) == 0 ? 0 : r.weight / r.sum(1)));
    double dearest = units.values().stream().mapToDouble(u -> u).max().orElse(0);
    if (dearest > 0) {
      units.replaceAll((key, unit) -> unit / dearest);
    }
    return units;
  }

  /** NaN where fewer than two images were asked about. */
  double standardError() {
    Map<String, Double> influence = new HashMap<>();
    for (Ratio ratio : ratios) {
      double r = ratio.value();
      double v = ratio.sum(1);
      ratio.byImage.forEach(
          (image, uv) ->
              influence.merge(
                  image, v == 0 ? 0 : ratio.weight * (uv[0] - r * uv[1]) / v, Double::sum));
    }
    int m = influence.size();
    if (m < 2) {
      return Double.NaN;
    }
    double squares = influence.values().stream().mapToDouble(d -> d * d).sum();
    return Math.sqrt(squares * m / (m - 1.0));
  }
}
