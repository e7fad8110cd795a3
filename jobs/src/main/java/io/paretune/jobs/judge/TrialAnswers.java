package io.paretune.jobs.judge;

import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The answers of a study's confirmed trials to the held-out questions, as the tables have them.
 *
 * @param trial whose answers
 * @param answers one a question, by sample id
 */
record TrialAnswers(TrialRecord trial, List<JudgedAnswer> answers) {
  TrialAnswers {
    answers = List.copyOf(answers);
  }

  /**
   * Reads them.
   *
   * @param trials of the study
   * @throws InvalidInputException if one is not confirmed, or its questions are not there any more
   */
  static List<TrialAnswers> read(
      RecordedStudy study, BenchmarkConfig config, List<TrialRecord> trials) {
    requireConfirmed(study, trials);
    List<TrialAnswers> all = new ArrayList<>();
    String split = config.heldOutSplit();
    Map<String, AskedQuestions> questions = new HashMap<>();
    Map<Long, List<ShardResultRecord>> answers = answers(study, split, trials);
    for (TrialRecord trial : trials) {
      Map<String, Sample> byId =
          questions
              .computeIfAbsent(trial.benchmarkVersion(), version -> questions(study, trial, split))
              .byId();
      List<ShardResultRecord> rows = answers.getOrDefault(trial.trialId(), List.of());
      Map<String, JudgedAnswer> own = new TreeMap<>();
      rows.stream()
          .flatMap(row -> row.outcomes().stream())
          .filter(o -> byId.containsKey(o.sampleId()))
          .forEach(
              o -> {
                Sample asked = Objects.requireNonNull(byId.get(o.sampleId()));
                own.put(
                    o.sampleId(),
                    new JudgedAnswer(
                        o.sampleId(), config.alone(asked.benchmark()), asked, o.prediction()));
              });
      if (own.isEmpty()) {
        throw new InvalidInputException(
            "trial " + trial.trialId(),
            "has no answers to questions of the split \"" + split + "\"",
            "set benchmark.splits.held-out as the study has it");
      }
      all.add(new TrialAnswers(trial, List.copyOf(own.values())));
    }
    return all;
  }

  /**
   * The points of a study's latest frontier that are confirmed; at least one.
   *
   * @throws InvalidInputException if there is none
   */
  static List<TrialRecord> confirmedFrontier(RecordedStudy study) {
    List<Long> confirmed =
        new FrontierTable(study.spark(), study.warehouse())
            .latest(study.name()).stream()
                .filter(p -> p.confirmedScore().isPresent())
                .map(FrontierRecord::trialId)
                .toList();
    if (confirmed.isEmpty()) {
      throw new InvalidInputException(
          "study.name",
          "study \"" + study.name() + "\" has no confirmed frontier",
          "run confirm first, or give --samples and --predictions");
    }
    return study.trials(confirmed);
  }

  private static void requireConfirmed(RecordedStudy study, List<TrialRecord> trials) {
    Problems problems = new Problems();
    for (TrialRecord trial : trials) {
      if (trial.heldOut().isEmpty()) {
        problems.add(
            "--trial",
            "trial %d of study \"%s\" is not confirmed".formatted(trial.trialId(), study.name()),
            "run confirm first; it confirms the frontier");
      }
    }
    problems.throwIfAny();
  }

  /** By trial, in the way in which each was confirmed. */
  private static Map<Long, List<ShardResultRecord>> answers(
      RecordedStudy study, String split, List<TrialRecord> trials) {
    Map<Answering, List<TrialRecord>> byAnswering =
        trials.stream().collect(Collectors.groupingBy(t -> t.heldOut().orElseThrow().answering()));
    Map<Long, List<ShardResultRecord>> all = new HashMap<>();
    byAnswering.forEach(
        (answering, own) ->
            all.putAll(
                new ShardResultsTable(study.spark(), study.warehouse())
                    .ofTrials(
                        study.name(),
                        split,
                        answering,
                        own.stream().map(TrialRecord::trialId).collect(Collectors.toSet()))));
    return all;
  }

  private static AskedQuestions questions(RecordedStudy study, TrialRecord trial, String split) {
    TreeSet<String> names = new TreeSet<>(trial.score().orElseThrow().byBenchmark().keySet());
    return AskedQuestions.of(
            study.spark(), study.warehouse(), names, trial.benchmarkVersion(), split)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "trial " + trial.trialId(),
                    "answered a version of " + String.join(", ", names) + " that is not there",
                    "judge a trial of a version that the warehouse has"));
  }
}
