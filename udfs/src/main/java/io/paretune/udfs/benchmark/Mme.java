package io.paretune.udfs.benchmark;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * MME (arXiv 2306.13394): two yes-or-no questions an image. A category has 100 points for the share
 * of questions and 100 for the share of images with both right (acc⁺); perception and cognition are
 * sums over their categories, 2000 and 800 points at most. The one score is the points' share of
 * those that can be had in the categories asked.
 *
 * @param name the name in configuration and tables
 * @param protocol whose rules read yes and no
 */
public record Mme(String name, Protocol protocol) implements Benchmark {
  private static final Set<String> PERCEPTION =
      Set.of(
          "existence",
          "count",
          "position",
          "color",
          "posters",
          "celebrity",
          "scene",
          "landmark",
          "artwork",
          "OCR");

  /** Characters in which yes or no must be found. */
  private static final int PREFIX = 4;

  @Override
  public String question(Sample sample) {
    return PythonText.strip(sample.question()).replace(" Please answer yes or no.", "")
        + Prompts.SHORT;
  }

  @Override
  public List<String> choices(Sample sample) {
    return YesNo.CHOICES;
  }

  @Override
  public String target(Sample sample) {
    return YesNo.target(sample);
  }

  @Override
  public Grouping grouping(Sample sample) {
    return Grouping.ALSO_TOGETHER;
  }

  @Override
  public GenerationRules generation(Sample sample) {
    return Prompts.shortAnswer(protocol, 16);
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    String answer =
        switch (protocol) {
          case LLAVA -> inPrefix(PythonText.lower(PythonText.strip(text)));
          case LMMS_EVAL -> lmmsEval(PythonText.strip(PythonText.lower(text)).replace(".", ""));
        };
    return Verdict.of(answer, answer.equals(YesNo.right(sample)));
  }

  private static String lmmsEval(String text) {
    return switch (text) {
      case "y" -> YesNo.YES;
      case "n" -> YesNo.NO;
      default -> inPrefix(text);
    };
  }

  private static String inPrefix(String text) {
    String prefix = text.substring(0, Math.min(PREFIX, text.length()));
    if (prefix.contains(YesNo.YES)) {
      return YesNo.YES;
    }
    return prefix.contains(YesNo.NO) ? YesNo.NO : "";
  }

  /** Half of the questions, a quarter of the images: 75 of 200 points. */
  @Override
  public double chance(Sample sample) {
    return 0.375;
  }

  @Override
  public RatioSum ratios(Tally tally) {
    RatioSum sum = new RatioSum();
    SortedMap<String, Tally> categories = tally.byCategory();
    categories.forEach(
        (category, own) ->
            sum.with(category, 0.5 / categories.size(), Means.sums(own))
                .with(category + " both", 0.5 / categories.size(), bothRight(own)));
    return sum;
  }

  private static RatioSum.Sums bothRight(Tally category) {
    RatioSum.Sums sums = new RatioSum.Sums();
    for (Groups.Group image : Groups.of(category)) {
      sums.add(image.imageId(), image.allRight() ? 1 : 0, 1);
    }
    return sums;
  }

  @Override
  public JsonObject report(Tally tally) {
    JsonObject byCategory = new JsonObject();
    double perception = 0;
    double cognition = 0;
    for (var category : tally.byCategory().entrySet()) {
      Tally own = category.getValue();
      double points = 100 * Means.of(own) + 100 * bothRight(own).value();
      byCategory.addProperty(category.getKey(), points);
      // As lmms-eval does, whatever is not known as perception is cognition.
      if (PERCEPTION.contains(category.getKey())) {
        perception += points;
      } else {
        cognition += points;
      }
    }
    JsonObject report = Means.report(tally);
    report.addProperty("perception", perception);
    report.addProperty("cognition", cognition);
    report.add("by_category", byCategory);
    return report;
  }
}
