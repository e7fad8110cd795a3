package io.paretune.udfs.benchmark;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * POPE (arXiv 2305.10355): is this object in the image, asked about objects that are and that are
 * not, picked at random, because they are popular, or to mislead. {@code llava} takes anything that
 * does not deny as yes and its score is the mean F1 of the categories; lmms-eval wants the word
 * alone and its score is the share of right answers.
 *
 * @param name the name in configuration and tables
 * @param protocol whose rules read yes and no
 */
public record Pope(String name, Protocol protocol) implements Benchmark {
  private static final Set<String> DENIALS = Set.of("No", "not", "no");
  private static final String OTHER = "other";

  @Override
  public String question(Sample sample) {
    return PythonText.strip(sample.question()) + Prompts.SHORT;
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
  public GenerationRules generation(Sample sample) {
    return Prompts.shortAnswer(protocol, 128);
  }

  @Override
  public Verdict judge(Sample sample, String text) {
    String answer =
        switch (protocol) {
          case LLAVA -> llava(PythonText.strip(text));
          case LMMS_EVAL -> lmmsEval(PythonText.strip(PythonText.lower(text)));
        };
    return Verdict.of(answer, answer.equals(YesNo.right(sample)));
  }

  /** No if a word of the first sentence denies, else yes. */
  private static String llava(String text) {
    int end = text.indexOf('.');
    String sentence = (end < 0 ? text : text.substring(0, end)).replace(",", "");
    boolean denies = Arrays.stream(sentence.split(" ")).anyMatch(DENIALS::contains);
    return denies ? YesNo.NO : YesNo.YES;
  }

  private static String lmmsEval(String text) {
    return text.equals(YesNo.YES) || text.equals(YesNo.NO) ? text : "";
  }

  /** What is right and what was answered; a grade that is not these rules' says which. */
  @Override
  public String label(Sample sample, Verdict verdict) {
    String right = YesNo.right(sample);
    boolean credited = verdict.credit() >= 0.5;
    if (credited != verdict.answer().equals(right)) {
      return label(right, credited ? right : YesNo.other(right));
    }
    return label(right, verdict.answer().isEmpty() ? OTHER : verdict.answer());
  }

  private static String label(String right, String answered) {
    return right + " " + answered;
  }

  /** Guessing finds half of what is right, whichever way it is counted. */
  @Override
  public double chance(Sample sample) {
    return 0.5;
  }

  @Override
  public RatioSum ratios(Tally tally) {
    if (protocol == Protocol.LMMS_EVAL) {
      return Means.ratios(tally);
    }
    RatioSum sum = new RatioSum();
    SortedMap<String, Tally> categories = tally.byCategory();
    categories.forEach(
        (category, own) -> sum.withAnswered(category, 1.0 / categories.size(), f1(own)));
    return sum;
  }

  /** 2·tp / (2·tp + fp + fn); what is neither yes nor no is no false negative. */
  private static RatioSum.Sums f1(Tally tally) {
    RatioSum.Sums sums = new RatioSum.Sums();
    tally
        .cells()
        .forEach(
            (cell, counts) -> {
              double n = counts.questions();
              if (cell.label().equals(label(YesNo.YES, YesNo.YES))) {
                sums.add(cell.imageId(), 2 * n, 2 * n);
              } else if (cell.label().equals(label(YesNo.NO, YesNo.YES))
                  || cell.label().equals(label(YesNo.YES, YesNo.NO))) {
                sums.add(cell.imageId(), 0, n);
              } else {
                sums.add(cell.imageId(), 0, 0);
              }
            });
    return sums;
  }

  @Override
  public JsonObject report(Tally tally) {
    JsonObject report = five(tally);
    if (protocol == Protocol.LLAVA) {
      report.addProperty("f1", ratios(tally).value());
    }
    JsonObject byCategory = new JsonObject();
    tally.byCategory().forEach((category, own) -> byCategory.add(category, five(own)));
    report.add("by_category", byCategory);
    return report;
  }

  /** The five numbers of the paper's table. */
  private static JsonObject five(Tally tally) {
    double truePositives = count(tally, label(YesNo.YES, YesNo.YES));
    double falsePositives = count(tally, label(YesNo.NO, YesNo.YES));
    double falseNegatives = count(tally, label(YesNo.YES, YesNo.NO));
    double yes = truePositives + falsePositives;
    JsonObject five = Means.report(tally);
    five.addProperty("precision", share(truePositives, yes));
    five.addProperty("recall", share(truePositives, truePositives + falseNegatives));
    five.addProperty("f1", f1(tally).value());
    five.addProperty("yes_ratio", share(yes, (double) tally.questions()));
    return five;
  }

  private static double count(Tally tally, String label) {
    return (double) tally.where(c -> c.label().equals(label)).questions();
  }

  private static double share(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
