package io.paretune.jobs.nightly;

import io.paretune.jobs.search.Normal;
import io.paretune.jobs.tables.Change;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How a mean score changed between two sets of questions that may overlap: question by question
 * where both have it, so that what stayed the same adds no uncertainty.
 */
final class ScoreDrift {
  private static final double Z = Normal.quantile(0.975);

  private ScoreDrift() {}

  /**
   * The mean now less the mean before with its 95 % interval: the linearized variance of a
   * difference of means over overlapping samples, clustered by image (a question's residuals of
   * both means, each over its number of questions, add up within an image before they are squared).
   *
   * @param before score of each question then, by its id
   * @param now score of each question now, by its id
   * @param imageOf the image of each question of either
   * @throws IllegalArgumentException if there are no questions on one side
   */
  static Change of(
      Map<String, Double> before, Map<String, Double> now, Map<String, String> imageOf) {
    if (before.isEmpty() || now.isEmpty()) {
      throw new IllegalArgumentException("a change needs questions on both sides");
    }
    double meanBefore = mean(before);
    double meanNow = mean(now);
    Set<String> questions = new HashSet<>(before.keySet());
    questions.addAll(now.keySet());
    Map<String, Double> byImage = new HashMap<>();
    for (String question : questions) {
      Double then = before.get(question);
      Double today = now.get(question);
      double residual =
          (today == null ? 0 : (today - meanNow) / now.size())
              - (then == null ? 0 : (then - meanBefore) / before.size());
      byImage.merge(imageOf.getOrDefault(question, question), residual, Double::sum);
    }
    double squares = byImage.values().stream().mapToDouble(r -> r * r).sum();
    double images = byImage.size();
    double half = images < 2 ? 1 : Z * Math.sqrt(squares * images / (images - 1));
    double estimate = meanNow - meanBefore;
    return new Change(estimate, estimate - half, estimate + half);
  }

  private static double mean(Map<String, Double> scores) {
    return scores.values().stream().mapToDouble(s -> s).sum() / scores.size();
  }
}
