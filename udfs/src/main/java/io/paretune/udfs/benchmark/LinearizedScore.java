package io.paretune.udfs.benchmark;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A score and how it depends, to first order, on each image that was asked about (Woodruff, JASA
 * 66, 1971). Differences and means of scores have the differences and means of their influences, so
 * what two models answer alike adds nothing to the error of their difference.
 *
 * @param value the score, or a difference of scores
 * @param influence of each image on the value's deviation; they add up to 0
 * @param unit the most that one answer can change the value by
 */
public record LinearizedScore(double value, Map<String, Double> influence, double unit) {

  public LinearizedScore {
    influence = Map.copyOf(influence);
  }

  /**
   * The mean of some scores, whose answers may be to the same questions.
   *
   * @param scores at least one
   */
  public static LinearizedScore mean(List<LinearizedScore> scores) {
    int n = scores.size();
    if (n == 0) {
      throw new IllegalArgumentException("a mean needs scores");
    }
    Map<String, Double> sum = new HashMap<>();
    scores.forEach(s -> s.influence.forEach((image, d) -> sum.merge(image, d / n, Double::sum)));
    return new LinearizedScore(
        scores.stream().mapToDouble(LinearizedScore::value).sum() / n,
        sum,
        scores.stream().mapToDouble(LinearizedScore::unit).max().orElseThrow());
  }

  /** This score less another, image by image. */
  public LinearizedScore minus(LinearizedScore other) {
    Map<String, Double> difference = new HashMap<>(influence);
    other.influence.forEach((image, d) -> difference.merge(image, -d, Double::sum));
    return new LinearizedScore(value - other.value, difference, Math.max(unit, other.unit));
  }

  /** Clustered by image; NaN where fewer than two were asked about. */
  public double standardError() {
    return standardError(influence.values());
  }

  static double standardError(Collection<Double> influences) {
    double m = influences.size();
    double squares = influences.stream().mapToDouble(d -> d * d).sum();
    return m < 2 ? Double.NaN : Math.sqrt(squares * m / (m - 1));
  }
}
