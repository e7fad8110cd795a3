package io.paretune.udfs.benchmark;

import com.google.gson.JsonObject;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * How a benchmark asks, reads answers and judges them, alone and together. Answers are generated,
 * or the likeliest of {@link #choices} is taken; either way the text is judged by the same rules.
 */
public sealed interface Benchmark extends Serializable
    permits GenericBenchmark,
        Pope,
        ScienceQa,
        TextVqa,
        VqaV2,
        Gqa,
        Mme,
        MmBench,
        WeightedBenchmarks {

  /** The name in configuration and tables. */
  String name();

  /** The question as it goes into the model's prompt template, with what the protocol adds. */
  String question(Sample sample);

  /**
   * The answers whose likelihood can be compared instead of generating one; empty where the answer
   * is free text.
   */
  default List<String> choices(Sample sample) {
    return List.of();
  }

  /** A right answer as the model should give it, which calibration reads. */
  default String target(Sample sample) {
    return sample.answers().get(0);
  }

  /** Whether the published evaluation generates the answer; otherwise choices are compared. */
  default boolean generates(Sample sample) {
    return true;
  }

  /**
   * Whether the published evaluation asks a language model which option an answer means, where its
   * own rules find none in it.
   */
  default boolean asksWhichOption(Sample sample) {
    return false;
  }

  /** How the metric counts the questions of a sample's group. */
  default Grouping grouping(Sample sample) {
    return Grouping.ALONE;
  }

  /** When a generated answer ends. */
  GenerationRules generation(Sample sample);

  /** What an answer is worth. */
  Verdict judge(Sample sample, String text);

  /** What an answer from {@link #choices} is worth. */
  default Verdict judgeChoice(Sample sample, String choice) {
    return judge(sample, choice);
  }

  /** What metrics tell apart besides image, group and category. */
  default String label(Sample sample, Verdict verdict) {
    return "";
  }

  /** The expected credit of guessing, in [0, 1]; 0 for free text. */
  default double chance(Sample sample) {
    int choices = choices(sample).size();
    return choices == 0 ? 0 : 1.0 / choices;
  }

  /**
   * The one number, in [0, 1], that stands for the benchmark, as a sum of ratios; the mean credit
   * where the benchmark has no metric of its own.
   */
  default RatioSum ratios(Tally tally) {
    return Means.ratios(tally);
  }

  /** The one number, in [0, 1], that stands for the benchmark, with its error. */
  default Estimate score(Tally tally) {
    return Estimate.of(ratios(tally), tally);
  }

  /** Each benchmark's own score; of one, this one's. */
  default Map<String, Double> scoreByBenchmark(Tally tally) {
    return Map.of(name(), score(tally).value());
  }

  /**
   * One number out of the benchmarks' own, as {@link #scoreByBenchmark} has them.
   *
   * @param byBenchmark not empty
   */
  default double combined(Map<String, Double> byBenchmark) {
    return byBenchmark.values().iterator().next();
  }

  /** How much a benchmark counts among several, by its name. */
  default double weight(String benchmarkName) {
    return 1;
  }

  /** All that the published evaluation reports: {@code accuracy} and what it has besides. */
  default JsonObject report(Tally tally) {
    return Means.report(tally);
  }

  /**
   * The choice with the highest log-probability; the first of several.
   *
   * @param logProbabilities one a choice
   */
  default Outcome chosen(Sample sample, List<Double> logProbabilities) {
    List<String> choices = choices(sample);
    if (logProbabilities.size() != choices.size() || choices.isEmpty()) {
      throw new IllegalArgumentException(
          "sample %s has %d options but %d log-probabilities"
              .formatted(sample.sampleId(), choices.size(), logProbabilities.size()));
    }
    int best = 0;
    for (int i = 1; i < choices.size(); i++) {
      if (logProbabilities.get(i) > logProbabilities.get(best)) {
        best = i;
      }
    }
    return outcome(
        sample, choices.get(best), judgeChoice(sample, choices.get(best)), logProbabilities);
  }

  /** The outcome of generated text. */
  default Outcome answered(Sample sample, String text) {
    return outcome(sample, text, judge(sample, text), List.of());
  }

  /**
   * The outcome of an answer whose worth was recorded with it, or is as somebody else grades it.
   */
  default Outcome recorded(Sample sample, String prediction, double credit) {
    Verdict verdict = new Verdict(judge(sample, prediction).answer(), credit);
    return outcome(sample, prediction, verdict, List.of());
  }

  private Outcome outcome(
      Sample sample, String prediction, Verdict verdict, List<Double> logProbabilities) {
    return new Outcome(
        sample.sampleId(),
        new Tally.Cell(
            sample.benchmark(),
            sample.imageId(),
            sample.group(),
            sample.category(),
            label(sample, verdict)),
        prediction,
        verdict.credit(),
        logProbabilities);
  }
}
