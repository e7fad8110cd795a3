package io.paretune.jobs.score;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Grouping;
import io.paretune.udfs.benchmark.Sample;
import java.util.Optional;

/**
 * Questions that a metric counts as one.
 *
 * @param id among the category's groups
 */
public record AnswerGroup(String benchmark, String category, String id) {

  /** The sample's, or nothing if its benchmark counts each question by itself alone. */
  public static Optional<AnswerGroup> of(Benchmark benchmark, Sample sample) {
    return benchmark.grouping(sample) == Grouping.ALONE || sample.group().isEmpty()
        ? Optional.empty()
        : Optional.of(new AnswerGroup(sample.benchmark(), sample.category(), sample.group()));
  }
}
