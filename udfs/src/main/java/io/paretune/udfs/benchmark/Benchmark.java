package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.List;

/** How a benchmark asks, reads answers and judges them. */
public sealed interface Benchmark extends Serializable permits GenericBenchmark {

  /** The name in configuration and tables. */
  String name();

  /** The question as it goes into the model's prompt template. */
  String question(Sample sample);

  /**
   * The option with the highest log-probability; the first of several.
   *
   * @param logProbabilities one an option
   */
  default String choose(Sample sample, List<Double> logProbabilities) {
    if (logProbabilities.size() != sample.options().size() || logProbabilities.isEmpty()) {
      throw new IllegalArgumentException(
          "sample %s has %d options but %d log-probabilities"
              .formatted(sample.sampleId(), sample.options().size(), logProbabilities.size()));
    }
    int best = 0;
    for (int i = 1; i < logProbabilities.size(); i++) {
      if (logProbabilities.get(i) > logProbabilities.get(best)) {
        best = i;
      }
    }
    return sample.options().get(best);
  }

  /** Whether a chosen option is an accepted answer, to the letter. */
  default boolean isCorrectChoice(Sample sample, String option) {
    return sample.answers().contains(option);
  }

  /** Whether generated text counts as right. */
  boolean isCorrect(Sample sample, String text);
}
