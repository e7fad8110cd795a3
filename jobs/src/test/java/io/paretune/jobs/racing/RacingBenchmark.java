package io.paretune.jobs.racing;

import io.paretune.jobs.fanout.QuestionImages;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.Gains;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;

/**
 * What racing would have saved in a study that ran without it, and how often it would have been
 * wrong: every trial's answers are known, so each is raced again, in the order of the study,
 * against the trials that racing itself would have completed.
 *
 * <p>{@code RacingBenchmark WAREHOUSE STUDY SPLIT}; the study with {@code
 * study.racing.confidence=null}.
 */
public final class RacingBenchmark {
  private static final double[] CONFIDENCES = {0.8, 0.9, 0.95, 0.99};
  private static final int[] RUNGS = {2, 4, 8, 16};

  private RacingBenchmark() {}

  /** Prints one line for each confidence and number of rungs. */
  public static void main(String[] words) {
    SparkSession spark =
        Sessions.configured(SparkSession.builder().master("local[2]")).getOrCreate();
    Warehouse warehouse = Warehouse.at("warehouse", words[0]);
    List<TrialRecord> trials =
        new TrialsTable(spark, warehouse)
            .ofStudy(words[1]).stream()
                .filter(t -> t.state() == TrialState.COMPLETE)
                .sorted(Comparator.comparing(t -> t.finishedAt().orElseThrow()))
                .toList();
    TrialRecord first = trials.get(0);
    QuestionImages questions =
        QuestionImages.of(
            new SamplesTable(spark, warehouse)
                .read(
                    first.score().orElseThrow().byBenchmark().keySet().iterator().next(),
                    first.benchmarkVersion())
                .where("split = '" + words[2] + "'"),
            new GenericBenchmark(
                first.score().orElseThrow().byBenchmark().keySet().iterator().next()));
    Map<Long, List<ShardResultRecord>> answers =
        new ShardResultsTable(spark, warehouse)
            .ofTrials(
                words[1],
                words[2],
                Answering.of(EvaluationMode.OPTIONS),
                trials.stream().map(TrialRecord::trialId).collect(Collectors.toSet()));
    Map<Long, Gains> gains = new HashMap<>();
    answers.forEach((id, rows) -> gains.put(id, questions.gains(rows)));
    spark.stop();
    System.out.printf(
        "%d trials of %d questions on %d images%n",
        trials.size(), questions.questions(), images(questions.allRight()).size());
    for (int rungs : RUNGS) {
      for (double confidence : CONFIDENCES) {
        System.out.println(replay(trials, questions, gains, confidence, rungs));
      }
    }
  }

  private static String replay(
      List<TrialRecord> trials,
      QuestionImages questions,
      Map<Long, Gains> gains,
      double confidence,
      int rungs) {
    Field field = new Field(confidence, questions.allRight());
    List<TrialRecord> complete = new ArrayList<>();
    int raced = 0;
    int stopped = 0;
    int wrong = 0;
    double asked = 0;
    for (TrialRecord trial : trials) {
      Gains own = gains.get(trial.trialId());
      boolean races = trial.origin() == TrialOrigin.SAMPLER;
      double share = 1;
      if (races) {
        raced++;
        share = share(field.race(trial.cost().memoryBytes()), own, rungs);
        asked += share;
      }
      if (share == 1) {
        field.add(
            new Field.Entrant(trial.trialId(), trial.cost().memoryBytes(), score(trial), own));
        complete.add(trial);
      } else {
        stopped++;
        boolean beaten =
            complete.stream()
                .anyMatch(
                    c ->
                        c.cost().memoryBytes() <= trial.cost().memoryBytes()
                            && score(c) >= score(trial));
        wrong += beaten ? 0 : 1;
      }
    }
    return String.format(
        Locale.ROOT,
        "rungs %2d, confidence %.2f: %d of %d raced trials stopped, %.1f %% of their questions"
            + " saved, %d stopped wrongly",
        rungs,
        confidence,
        stopped,
        raced,
        100 * (1 - asked / Math.max(1, raced)),
        wrong);
  }

  private static Set<String> images(Gains gains) {
    return gains.parts().values().stream()
        .flatMap(part -> part.keySet().stream())
        .collect(Collectors.toSet());
  }

  /** The share of the images after which the trial is stopped, or 1. */
  private static double share(Race race, Gains own, int rungs) {
    int all = images(own).size();
    int seen = 0;
    for (int r = 0; r < rungs; r++) {
      int rung = r;
      Map<String, Map<String, Gains.Gain>> parts = new HashMap<>();
      own.parts()
          .forEach(
              (name, part) ->
                  parts.put(
                      name,
                      part.entrySet().stream()
                          .filter(e -> Math.floorMod(e.getKey().hashCode(), rungs) == rung)
                          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))));
      Gains step = new Gains(parts);
      seen += images(step).size();
      if (race.isBeatenAfter(step) && seen < all) {
        return (double) seen / all;
      }
    }
    return 1;
  }

  private static double score(TrialRecord trial) {
    return trial.score().orElseThrow().score();
  }
}
