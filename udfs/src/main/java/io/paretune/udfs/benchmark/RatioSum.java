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

  /** What a ratio's denominator counts. */
  enum Denominator {
    /** Questions or groups of them: it is the same for all answers. */
    QUESTIONS,
    /** Answers of some kind among others. */
    ANSWERS
  }

  /**
   * One ratio; what each image adds to numerator and denominator.
   *
   * @param benchmark that it belongs to, empty where there is only one
   * @param name among the benchmark's ratios
   */
  record Ratio(
      String benchmark,
      String name,
      double weight,
      Denominator denominator,
      Map<String, double[]> byImage) {
    double sum(int part) {
      return byImage.values().stream().mapToDouble(uv -> uv[part]).sum();
    }

    String key() {
      return benchmark + "/" + name;
    }

    /** The most that one answer changes the ratio by: F1 counts a right one twice. */
    double unit() {
      double v = sum(1);
      return v == 0 ? 0 : weight * (denominator == Denominator.ANSWERS ? 2 : 1) / v;
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
      return new Ratio("", "", 1, Denominator.QUESTIONS, byImage).value();
    }
  }

  /**
   * Adds a ratio.
   *
   * @param name that tells it from the others
   */
  RatioSum with(String name, double weight, Sums sums) {
    ratios.add(new Ratio("", name, weight, Denominator.QUESTIONS, sums.byImage));
    return this;
  }

  /** Adds a ratio whose denominator depends on the answers. */
  RatioSum withAnswered(String name, double weight, Sums sums) {
    ratios.add(new Ratio("", name, weight, Denominator.ANSWERS, sums.byImage));
    return this;
  }

  /** Adds the sum of one of several benchmarks, times a factor. */
  RatioSum with(String benchmark, double factor, RatioSum other) {
    other.ratios.forEach(
        r -> ratios.add(new Ratio(benchmark, r.name, factor * r.weight, r.denominator, r.byImage)));
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
   * What these answers, of some of the questions, add to the score on all.
   *
   * @param all of the questions
   */
  public Gains gains(RatioSum all) {
    return Gains.of(this, all);
  }

  List<Ratio> ratios() {
    return ratios;
  }

  /**
   * What a numerator's 1 is worth, by ratio; of the dearest of those with a fixed denominator 1, so
   * that a plain mean's answers are worth their credit.
   */
  Map<String, Double> units() {
    Map<String, Double> units = new HashMap<>();
    ratios.forEach(
        r -> {
          boolean countable = r.denominator == Denominator.QUESTIONS && r.sum(1) > 0;
          units.put(r.key(), countable ? r.weight / r.sum(1) : 0);
        });
    double dearest = units.values().stream().mapToDouble(u -> u).max().orElse(0);
    if (dearest > 0) {
      units.replaceAll((key, unit) -> unit / dearest);
    }
    return units;
  }

  /** NaN where fewer than two images were asked about. */
  double standardError() {
    return LinearizedScore.standardError(influence().values());
  }

  /** The sum and how each image bears on it. */
  public LinearizedScore linearized() {
    return new LinearizedScore(
        value(), influence(), ratios.stream().mapToDouble(Ratio::unit).max().orElse(0));
  }

  private Map<String, Double> influence() {
    Map<String, Double> influence = new HashMap<>();
    for (Ratio ratio : ratios) {
      double r = ratio.value();
      double v = ratio.sum(1);
      ratio.byImage.forEach(
          (image, uv) ->
              influence.merge(
                  image, v == 0 ? 0 : ratio.weight * (uv[0] - r * uv[1]) / v, Double::sum));
    }
    return influence;
  }
}
