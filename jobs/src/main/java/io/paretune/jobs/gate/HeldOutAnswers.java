package io.paretune.jobs.gate;

import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.Tally;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How trials of a study answered the held-out questions; every trial is counted once. */
public final class HeldOutAnswers {
  private final Benchmark benchmark;
  private final AskedQuestions questions;
  private final Map<Long, List<ShardResultRecord>> byTrial;
  private final Map<Long, Counted> counted = new HashMap<>();

  /** What a trial answered, and what that counts. */
  private record Counted(Set<String> asked, Tally tally) {}

  /**
   * Answers of some trials.
   *
   * @param benchmark says what answers are worth
   * @param questions that were asked
   * @param byTrial recorded answers
   */
  public HeldOutAnswers(
      Benchmark benchmark, AskedQuestions questions, Map<Long, List<ShardResultRecord>> byTrial) {
    this.benchmark = benchmark;
    this.questions = questions;
    this.byTrial = Map.copyOf(byTrial);
  }

  /** What a trial loses against another; empty unless both answered the same questions. */
  public Optional<AccuracyLoss> loss(long dense, long trial) {
    Counted own = counted(trial);
    Counted whole = counted(dense);
    return own.asked().isEmpty() || !own.asked().equals(whole.asked())
        ? Optional.empty()
        : Optional.of(AccuracyLoss.of(benchmark, whole.tally(), own.tally()));
  }

  private Counted counted(long trial) {
    return counted.computeIfAbsent(
        trial,
        id -> {
          List<ShardResultRecord> answers = byTrial.getOrDefault(id, List.of());
          return new Counted(answered(answers), questions.tally(benchmark, answers));
        });
  }

  private Set<String> answered(List<ShardResultRecord> answers) {
    return answers.stream()
        .flatMap(row -> row.outcomes().stream())
        .map(ShardResultRecord.Outcome::sampleId)
        .filter(questions.byId()::containsKey)
        .collect(Collectors.toSet());
  }
}
