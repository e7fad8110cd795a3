package io.paretune.jobs.tune;

import io.paretune.jobs.config.StudyConfig;
import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.MaskKind;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The study's trials in the tables, and how they come back into a search. */
final class RecordedTrials {
  /** What a trial measured otherwise counts at most and at least, against one of this run. */
  private static final double MOST_WEIGHT = 0.9;

  private static final double LEAST_WEIGHT = 0.05;

  private final StudyInputs inputs;
  private final StudyConfig study;
  private final CompressionSpace space;
  private final TrialsTable trials;
  private final ShardResultsTable shardResults;

  RecordedTrials(StudyInputs inputs, CompressionSpace space) {
    this.inputs = inputs;
    this.study = inputs.config().study();
    this.space = space;
    this.trials = new TrialsTable(inputs.spark(), inputs.warehouse());
    this.shardResults = new ShardResultsTable(inputs.spark(), inputs.warehouse());
  }

  /** All of them. */
  List<TrialRecord> all() {
    return trials.ofStudy(study.name());
  }

  /** The answers of some of them to the search's questions, by trial. */
  Map<Long, List<ShardResultRecord>> answersOf(
      List<TrialRecord> recorded, Predicate<TrialRecord> which) {
    Set<Long> ids =
        recorded.stream().filter(which).map(TrialRecord::trialId).collect(Collectors.toSet());
    return ids.isEmpty()
        ? Map.of()
        : shardResults.ofTrials(
            study.name(),
            inputs.config().benchmark().searchSplit(),
            inputs.config().benchmark().searching(),
            ids);
  }

  /** Whether a trial was measured as this run's are. */
  boolean isComparable(TrialRecord trial) {
    return Yardstick.of(trial).equals(inputs.yardstick());
  }

  /** What becomes of recorded trials outside the space. */
  private enum Outside {
    REFUSED,
    LEFT_OUT
  }

  /**
   * Puts trials back in the order in which they were told.
   *
   * @throws InvalidInputException if one is not of the space
   */
  void replay(Study search, List<TrialRecord> before) {
    replay(search, before, Map.of(), Outside.REFUSED);
  }

  /**
   * Puts trials of other days back too. What was measured on other samples, on another model or
   * under another workload counts the less, the fewer questions it shares with today's; what is
   * outside the space keeps its number only.
   */
  void replayOnToday(Study search, List<TrialRecord> all) {
    replay(search, all, sharedQuestions(all), Outside.LEFT_OUT);
  }

  /**
   * One after the other.
   *
   * @param shared share of today's questions that a version of the benchmark has
   */
  private void replay(
      Study search, List<TrialRecord> before, Map<String, Double> shared, Outside outside) {
    before.stream()
        .sorted(
            Comparator.comparing((TrialRecord t) -> t.finishedAt().orElse(Instant.MAX))
                .thenComparingLong(TrialRecord::trialId))
        .forEach(
            record -> {
              Optional<Point> point =
                  space.point(record.profile().withMask(MaskKind.ONE_SHOT)); // as it writes them
              if (point.isPresent()) {
                search.replay(
                    isComparable(record)
                        ? trial(record, point.get())
                        : evidence(record, point.get(), shared));
              } else if (outside == Outside.LEFT_OUT) {
                search.reserve(record.trialId());
              } else {
                throw new InvalidInputException(
                    "study.space",
                    "trial %d of study \"%s\" is not in it"
                        .formatted(record.trialId(), study.name()),
                    "choose another study.name for another space");
              }
            });
  }

  /**
   * For each version of the benchmark that trials were scored on, its share of today's questions.
   */
  private Map<String, Double> sharedQuestions(List<TrialRecord> recorded) {
    Map<String, Long> oneOfEach = new HashMap<>();
    recorded.stream()
        .filter(t -> t.state() == TrialState.COMPLETE && !isComparable(t))
        .forEach(t -> oneOfEach.putIfAbsent(t.benchmarkVersion(), t.trialId()));
    if (oneOfEach.isEmpty()) {
      return Map.of();
    }
    Map<Long, List<ShardResultRecord>> answers =
        answersOf(recorded, t -> oneOfEach.containsValue(t.trialId()));
    Set<String> today = inputs.searchQuestionIds();
    Map<String, Set<String>> edited =
        AskedQuestions.edited(
            new SamplesTable(inputs.spark(), inputs.warehouse()),
            inputs.versions(),
            oneOfEach.keySet());
    Map<String, Double> shared = new HashMap<>();
    oneOfEach.forEach(
        (version, trial) -> {
          long common =
              answers.getOrDefault(trial, List.of()).stream()
                  .flatMap(shard -> shard.outcomes().stream())
                  .map(ShardResultRecord.Outcome::sampleId)
                  .filter(today::contains)
                  .filter(id -> !edited.getOrDefault(version, Set.of()).contains(id))
                  .count();
          shared.put(version, (double) common / today.size());
        });
    return shared;
  }

  /** A trial that was measured otherwise: it counts for less than one of this run. */
  private Trial evidence(TrialRecord record, Point point, Map<String, Double> shared) {
    double share =
        shared.getOrDefault(record.benchmarkVersion(), 0.0)
            * (record.modelId().equals(inputs.modelId()) ? 1 : 0.5);
    return new Trial(
        record.trialId(),
        point,
        record.state() == TrialState.RUNNING ? TrialState.FAILED : record.state(), // cut off
        List.of(
            (double) inputs.footprint().totalBytes(record.profile()),
            record.score().map(s -> s.score()).orElse(Double.NaN)),
        record.score().map(s -> s.samples()).orElse(0L),
        new Trial.Origin("earlier", Math.max(LEAST_WEIGHT, Math.min(MOST_WEIGHT, share))));
  }

  private static Trial trial(TrialRecord record, Point point) {
    return new Trial(
        record.trialId(),
        point,
        record.state(),
        List.of(
            (double) record.cost().memoryBytes(),
            record.score().map(s -> s.score()).orElse(Double.NaN)),
        record.score().map(s -> s.samples()).orElse(0L),
        record.origin() == TrialOrigin.SAMPLER
            ? Trial.Origin.SAMPLER
            : new Trial.Origin(record.origin().key(), 1));
  }
}
