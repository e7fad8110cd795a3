package io.paretune.udfs.benchmark;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What answers add to a score, image by image: so that two trials can be compared before all images
 * are answered. A score has one part that is a sum over images, and a part for each ratio whose
 * denominator depends on the answers, as F1's does; it is no lower than another only if one of its
 * parts is no lower.
 *
 * @param parts by their names, each by image and benchmark
 */
public record Gains(Map<String, Map<String, Gain>> parts) {
  /** The part that is a sum over images. */
  private static final String SUM = "";

  /**
   * What an image adds to a part.
   *
   * @param denominator 0 where it is the same for all answers
   */
  public record Gain(double numerator, double denominator) {
    Gain plus(Gain other) {
      return new Gain(numerator + other.numerator, denominator + other.denominator);
    }
  }

  public Gains {
    parts =
        parts.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> Map.copyOf(e.getValue())));
  }

  /** Those of a score that is a sum over images. */
  public static Gains sum(Map<String, Double> byImage) {
    return new Gains(
        Map.of(
            SUM,
            byImage.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> new Gain(e.getValue(), 0)))));
  }

  /**
   * Those of some answers.
   *
   * @param some of the questions
   * @param all of the questions; answers do not change the weights and the fixed denominators
   */
  static Gains of(RatioSum some, RatioSum all) {
    Map<String, Double> units = all.units();
    Map<String, Map<String, Gain>> parts = new HashMap<>();
    for (RatioSum.Ratio ratio : some.ratios()) {
      Double unit = units.get(ratio.key());
      if (unit == null) {
        throw new IllegalArgumentException("no question is of " + ratio.key());
      }
      boolean fixed = ratio.denominator() == RatioSum.Denominator.QUESTIONS;
      Map<String, Gain> part =
          parts.computeIfAbsent(fixed ? SUM : ratio.key(), k -> new HashMap<>());
      // By image first: it is a hash, and an order by it has nothing to do with the answers.
      ratio
          .byImage()
          .forEach(
              (image, uv) ->
                  part.merge(
                      image + "/" + ratio.benchmark(),
                      fixed ? new Gain(unit * uv[0], 0) : new Gain(uv[0], uv[1]),
                      Gain::plus));
    }
    return new Gains(parts);
  }
}
