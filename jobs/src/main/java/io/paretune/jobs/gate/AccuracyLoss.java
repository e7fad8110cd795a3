package io.paretune.jobs.gate;

import io.paretune.jobs.search.Normal;
import java.util.HashMap;
import java.util.Map;

/**
 * Accuracy that a profile loses against the dense model, from both models' answers to the same
 * questions. Questions that both answer alike say nothing about the loss, so it is known far better
 * than either accuracy.
 *
 * @param questions that both answered
 * @param estimate share of them that only the dense model got right, less those that only the
 *     profile did
 * @param standardError clustered by image
 */
public record AccuracyLoss(long questions, double estimate, double standardError) {

  /** Whether both models were right about a question, and which image it was on. */
  public record Pair(String imageId, boolean dense, boolean profile) {}

  /**
   * The loss over some questions. Half a question is added to each cell of the 2×2 table, so that
   * models without a different answer are not taken for equal beyond what their number shows
   * (Agresti and Min 2005, doi 10.1002/sim.1781); the variance grows by the design effect of
   * questions on one image.
   *
   * @throws IllegalArgumentException if there is no question
   */
  public static AccuracyLoss of(Iterable<Pair> pairs) {
    Map<String, long[]> byImage = new HashMap<>(); // questions, lost less gained
    long n = 0;
    long lost = 0;
    long gained = 0;
    for (Pair p : pairs) {
      int difference = (p.dense() ? 1 : 0) - (p.profile() ? 1 : 0);
      long[] image = byImage.computeIfAbsent(p.imageId(), k -> new long[2]);
      image[0]++;
      image[1] += difference;
      n++;
      lost += difference > 0 ? 1 : 0;
      gained += difference < 0 ? 1 : 0;
    }
    if (n == 0) {
      throw new IllegalArgumentException("a loss needs questions that both models answered");
    }
    double estimate = (double) (lost - gained) / n;
    double m = n + 2;
    double shifted = (lost - gained) / m;
    double variance = ((lost + gained + 1) / m - shifted * shifted) / m;
    return new AccuracyLoss(
        n, estimate, Math.sqrt(variance * designEffect(byImage, n, lost + gained, estimate)));
  }

  /** By how much the images' clustering widens the variance; at least 1. */
  private static double designEffect(
      Map<String, long[]> byImage, long n, long discordant, double estimate) {
    int images = byImage.size();
    double independent = discordant - n * estimate * estimate;
    if (images < 2 || independent <= 0) {
      return 1;
    }
    double clustered = 0;
    for (long[] image : byImage.values()) {
      double residual = image[1] - estimate * image[0];
      clustered += residual * residual;
    }
    return Math.max(1, clustered * images / (images - 1.0) / independent);
  }

  /** The loss that is not exceeded with this confidence, one-sided. */
  public double bound(double confidence) {
    return estimate + Normal.quantile(confidence) * standardError;
  }
}
