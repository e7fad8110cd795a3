package io.paretune.jobs.judge;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.ingest.AskedQuestions;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;

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
   * @param ids trials of the configured study; none for the points of its latest frontier that are
   *     confirmed
   * @throws InvalidInputException if a trial is not there or not confirmed, or there is no frontier
   */
  static List<TrialAnswers> read(
      SparkSession spark, Warehouse warehouse, ParetuneConfig config, List<Long> ids) {
    String study = config.study().name();
    List<TrialRecord> trials =
        chosen(
            study,
            new TrialsTable(spark, warehouse).ofStudy(study),
            confirmed(spark, warehouse, study),
            ids);
    List<TrialAnswers> all = new ArrayList<>();
    String split = config.benchmark().heldOutSplit();
    Map<String, AskedQuestions> questions = new HashMap<>();
    Map<Long, List<ShardResultRecord>> answers = answers(spark, warehouse, split, trials);
    for (TrialRecord trial : trials) {
      Map<String, Sample> byId =
          questions
              .computeIfAbsent(
                  trial.benchmarkVersion(), version -> questions(spark, warehouse, trial, split))
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
                        o.sampleId(),
                        config.benchmark().alone(asked.benchmark()),
                        asked,
                        o.prediction()));
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

  /** By trial, in the way in which each was confirmed. */
  private static Map<Long, List<ShardResultRecord>> answers(
      SparkSession spark, Warehouse warehouse, String split, List<TrialRecord> trials) {
    Map<Answering, List<TrialRecord>> byAnswering =
        trials.stream().collect(Collectors.groupingBy(t -> t.heldOut().orElseThrow().answering()));
    Map<Long, List<ShardResultRecord>> all = new HashMap<>();
    byAnswering.forEach(
        (answering, own) ->
            all.putAll(
                new ShardResultsTable(spark, warehouse)
                    .ofTrials(
                        own.get(0).study(),
                        split,
                        answering,
                        own.stream().map(TrialRecord::trialId).collect(Collectors.toSet()))));
    return all;
  }

  private static List<Long> confirmed(SparkSession spark, Warehouse warehouse, String study) {
    return new FrontierTable(spark, warehouse)
        .latest(study).stream()
            .filter(p -> p.confirmedScore().isPresent())
            .map(FrontierRecord::trialId)
            .toList();
  }

  private static List<TrialRecord> chosen(
      String study, List<TrialRecord> trials, List<Long> frontier, List<Long> ids) {
    if (ids.isEmpty() && frontier.isEmpty()) {
      throw new InvalidInputException(
          "study.name",
          "study \"" + study + "\" has no confirmed frontier",
          "run tune and confirm first, or give --samples and --predictions");
    }
    Map<Long, TrialRecord> byId =
        trials.stream().collect(Collectors.toMap(TrialRecord::trialId, t -> t));
    Map<Long, TrialRecord> chosen = new LinkedHashMap<>();
    Problems problems = new Problems();
    for (long id : ids.isEmpty() ? frontier : ids) {
      TrialRecord trial = byId.get(id);
      if (trial == null) {
        problems.add("--trial", "study \"%s\" has no trial %d".formatted(study, id));
      } else if (trial.heldOut().isEmpty()) {
        problems.add(
            "--trial",
            "trial %d of study \"%s\" is not confirmed".formatted(id, study),
            "run confirm first; it confirms the frontier");
      } else {
        chosen.put(id, trial);
      }
    }
    problems.throwIfAny();
    return List.copyOf(chosen.values());
  }

  private static AskedQuestions questions(
      SparkSession spark, Warehouse warehouse, TrialRecord trial, String split) {
    TreeSet<String> names = new TreeSet<>(trial.score().orElseThrow().byBenchmark().keySet());
    return AskedQuestions.of(spark, warehouse, names, trial.benchmarkVersion(), split)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "trial " + trial.trialId(),
                    "answered a version of " + String.join(", ", names) + " that is not there",
                    "judge a trial of a version that the warehouse has"));
  }
}
