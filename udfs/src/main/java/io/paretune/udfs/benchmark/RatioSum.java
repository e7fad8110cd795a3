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

  /** One ratio; what each image adds to numerator and denominator. */
  private record Ratio(double weight, Map<String, double[]> byImage) {
    double sum(int part) {
      return byImage.values().stream().mapToDouble(uv -> uv[part]).sum();
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
      return new Ratio(1, byImage).value();
    }
  }

  /** Adds a ratio. */
  RatioSum with(double weight, Sums sums) {
    ratios.add(new Ratio(weight, sums.byImage));
    return this;
  }

  /** Adds another sum, times a factor. */
  RatioSum with(double factor, RatioSum other) {
    other.ratios.forEach(r -> ratios.add(new Ratio(factor * r.weight, r.byImage)));
    return this;
  }

  /** NaN where there is no ratio at all. */
  double value() {
    if (ratios.isEmpty()) {
      return Double.NaN;
    }
    return ratios.stream().mapToDouble(r -> r.weight * r.value()).sum();
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
