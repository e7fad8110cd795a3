package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Right answers, in a form that merges over shards: addition of the fields. Since all questions of
 * an image are in one shard, the sums over images give the variance clustered by image as well (a
 * question's neighbours on the same image are not independent of it).
 *
 * @param images images m
 * @param total questions N = Σ nᵢ over images
 * @param correct right answers C = Σ cᵢ
 * @param sumTotalSquared Σ nᵢ²
 * @param sumCorrectSquared Σ cᵢ²
 * @param sumProduct Σ nᵢ·cᵢ
 */
public record Score(
    long images,
    long total,
    long correct,
    long sumTotalSquared,
    long sumCorrectSquared,
    long sumProduct)
    implements Serializable {

  /** Two-sided 95 % of the normal distribution. */
  private static final double Z = 1.959963984540054;

  /** No question asked yet: the neutral element of {@link #plus}. */
  public static final Score EMPTY = new Score(0, 0, 0, 0, 0, 0);

  public Score {
    if (correct < 0 || correct > total || images < 0 || images > total) {
      throw new IllegalArgumentException(
          "0 <= correct <= total and 0 <= images <= total, were correct=%d total=%d images=%d"
              .formatted(correct, total, images));
    }
  }

  /**
   * The score of some outcomes.
   *
   * @param outcomes every outcome of each image that occurs
   */
  public static Score of(Collection<Outcome> outcomes) {
    Map<String, long[]> byImage = new LinkedHashMap<>();
    for (Outcome o : outcomes) {
      long[] counts = byImage.computeIfAbsent(o.imageId(), k -> new long[2]);
      counts[0]++;
      counts[1] += o.correct() ? 1 : 0;
    }
    Score score = EMPTY;
    for (long[] c : byImage.values()) {
      score = score.plus(new Score(1, c[0], c[1], c[0] * c[0], c[1] * c[1], c[0] * c[1]));
    }
    return score;
  }

  /** The score of both; associative and commutative. */
  public Score plus(Score other) {
    return new Score(
        images + other.images,
        total + other.total,
        correct + other.correct,
        sumTotalSquared + other.sumTotalSquared,
        sumCorrectSquared + other.sumCorrectSquared,
        sumProduct + other.sumProduct);
  }

  /** Share of right answers; NaN where nothing was asked. */
  public double accuracy() {
    return total == 0 ? Double.NaN : (double) correct / total;
  }

  /** Standard error of the accuracy, clustered by image (ratio estimator, linearized). */
  public double standardError() {
    if (images < 2) {
      return Double.NaN;
    }
    double p = accuracy();
    double residual = sumCorrectSquared - 2 * p * sumProduct + p * p * sumTotalSquared;
    return Math.sqrt(Math.max(0, residual) * images / (images - 1.0)) / total;
  }

  /** Lower end of the 95 % interval. */
  public double low() {
    return wilson(-1);
  }

  /** Upper end of the 95 % interval. */
  public double high() {
    return wilson(1);
  }

  /**
   * Wilson's interval with the number of questions divided by the design effect of the clusters.
   */
  private double wilson(int sign) {
    if (total == 0) {
      return Double.NaN;
    }
    double p = accuracy();
    double naive = p * (1 - p) / total;
    double se = standardError();
    double n = naive > 0 && se * se > naive ? total * naive / (se * se) : total;
    double z2 = Z * Z;
    double centre = p + z2 / (2 * n);
    double half = Z * Math.sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    double end = (centre + sign * half) / (1 + z2 / n);
    // At p = 0 and p = 1 one end is p itself; rounding must not carry it past.
    return sign < 0 ? Math.max(0, Math.min(p, end)) : Math.min(1, Math.max(p, end));
  }
}
