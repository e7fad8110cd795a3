package io.paretune.jobs.gate;

import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.udfs.benchmark.Benchmark;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How trials of a study answered the held-out questions.
 *
 * @param benchmark says what answers are worth
 * @param questions that were asked
 * @param byTrial recorded answers
 */
public record HeldOutAnswers(
    Benchmark benchmark, AskedQuestions questions, Map<Long, List<ShardResultRecord>> byTrial) {

  /** What a trial loses against another; empty unless both answered the same questions. */
  public Optional<AccuracyLoss> loss(long dense, long trial) {
    Set<String> asked = answered(trial);
    if (asked.isEmpty() || !asked.equals(answered(dense))) {
      return Optional.empty();
    }
    return Optional.of(
        AccuracyLoss.of(
            benchmark,
            questions.tally(benchmark, byTrial.getOrDefault(dense, List.of())),
            questions.tally(benchmark, byTrial.getOrDefault(trial, List.of()))));
  }

  private Set<String> answered(long trial) {
    return byTrial.getOrDefault(trial, List.of()).stream()
        .flatMap(row -> row.outcomes().stream())
        .map(ShardResultRecord.Outcome::sampleId)
        .filter(questions.byId()::containsKey)
        .collect(Collectors.toSet());
  }
}
