package io.paretune.jobs.frontier;

import static java.util.stream.Collectors.toMap;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.NightsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.problem.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * What the tables hold of a study that commands go on from. It costs little to ask, so they ask
 * before anything else.
 *
 * @param warehouse which is there, with all its tables
 * @param name of a study with at least one trial
 */
public record RecordedStudy(SparkSession spark, Warehouse warehouse, String name) {

  /**
   * The configured study.
   *
   * @throws InvalidInputException if there is no warehouse, or no trial of the study in it
   * @throws io.paretune.udfs.problem.UnavailableException if its store does not answer
   */
  public static RecordedStudy of(SparkSession spark, ParetuneConfig config) {
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    warehouse.requireThere(spark.sparkContext().hadoopConfiguration());
    String name = config.study().name();
    List<String> studies = new TrialsTable(spark, warehouse).studies();
    if (!studies.contains(name)) {
      throw lacks(
          "study \"%s\" has no trial in %s".formatted(name, warehouse.root()),
          Suggestion.remedy(
              name,
              studies,
              studies.isEmpty()
                  ? "run tune first, or name another warehouse"
                  : "run tune first, or name a study that is there: "
                      + String.join(", ", studies)));
    }
    warehouse.createTables(spark); // those that an earlier version did not have
    return new RecordedStudy(spark, warehouse, name);
  }

  /** All trials, oldest first. */
  public List<TrialRecord> trials() {
    return new TrialsTable(spark, warehouse).ofStudy(name);
  }

  /**
   * Trials by their numbers, in that order.
   *
   * @throws InvalidInputException naming every number that is no trial's
   */
  public List<TrialRecord> trials(List<Long> ids) {
    Map<Long, TrialRecord> byId = trials().stream().collect(toMap(TrialRecord::trialId, t -> t));
    long last = byId.keySet().stream().max(Long::compare).orElseThrow();
    List<TrialRecord> chosen = new ArrayList<>();
    Problems problems = new Problems();
    for (long id : ids.stream().distinct().toList()) {
      TrialRecord trial = byId.get(id);
      if (trial == null) {
        problems.add(
            "--trial",
            "study \"%s\" has no trial %d".formatted(name, id),
            "its trials are 0 to " + last);
      } else {
        chosen.add(trial);
      }
    }
    problems.throwIfAny();
    return chosen;
  }

  /**
   * The points of the latest frontier, small memory first; at least one.
   *
   * @throws InvalidInputException if there is no frontier
   */
  public List<FrontierRecord> frontier() {
    List<FrontierRecord> latest = new FrontierTable(spark, warehouse).latest(name);
    if (latest.isEmpty()) {
      throw lacks("frontier");
    }
    return latest;
  }

  /**
   * The last run.
   *
   * @throws InvalidInputException if no trial is complete
   */
  public Run latestRun() {
    return Run.latest(trials(), new NightsTable(spark, warehouse).ofStudy(name))
        .orElseThrow(() -> lacks("complete trial"));
  }

  /** What to tell whoever asks for something that no run of the study left. */
  public InvalidInputException lacks(String what) {
    return lacks(
        "study \"%s\" has no %s in %s".formatted(name, what, warehouse.root()),
        "run tune to its end first, or name another study or warehouse");
  }

  private static InvalidInputException lacks(String what, String remedy) {
    return new InvalidInputException("study.name", what, remedy);
  }
}
