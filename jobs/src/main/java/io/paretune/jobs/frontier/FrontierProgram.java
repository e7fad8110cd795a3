package io.paretune.jobs.frontier;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.PrintStream;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** What {@code frontier} does; apart from the command, which must load without Spark. */
public final class FrontierProgram {
  private FrontierProgram() {}

  /**
   * Builds and prints the frontier of the configured study's latest run.
   *
   * @throws InvalidInputException if the study has no complete trial
   */
  public static void run(ParetuneConfig config, PrintStream out) {
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    try (Sessions.Opened session = Sessions.open("paretune frontier")) {
      SparkSession spark = session.spark();
      warehouse.createTables(spark);
      List<TrialRecord> trials = new TrialsTable(spark, warehouse).ofStudy(config.study().name());
      out.print(rebuild(spark, warehouse, config.study().name(), trials));
    }
  }

  /**
   * Writes the frontier of the run that the study's latest complete trial belongs to.
   *
   * @return the frontier and the uniform profiles, as text
   */
  public static String rebuild(
      SparkSession spark, Warehouse warehouse, String study, List<TrialRecord> trials) {
    TrialRecord latest =
        trials.stream()
            .filter(t -> t.state() == TrialState.COMPLETE)
            .max(Comparator.comparingLong(TrialRecord::trialId))
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "study.name",
                        "study \"%s\" has no complete trial in %s"
                            .formatted(study, warehouse.root()),
                        "run tune first, or name another study or warehouse"));
    FrontierTable table = new FrontierTable(spark, warehouse);
    FrontierBuilder builder =
        new FrontierBuilder(
            study, latest.runId(), latest.startedAt().atZone(ZoneOffset.UTC).toLocalDate());
    List<FrontierRecord> points = builder.build(trials, table.ofStudy(study));
    table.write(study, latest.runId(), points);
    return text(study, points, trials);
  }

  private static String text(String study, List<FrontierRecord> points, List<TrialRecord> trials) {
    List<TrialRecord> uniform =
        trials.stream()
            .filter(t -> t.state() == TrialState.COMPLETE && t.origin() == TrialOrigin.UNIFORM)
            .sorted(Comparator.comparingLong(t -> t.cost().memoryBytes()))
            .toList();
    Optional<FrontierLine> dense =
        trials.stream()
            .filter(t -> t.state() == TrialState.COMPLETE && t.isDense())
            .reduce((first, second) -> second)
            .map(t -> FrontierLine.of("dense", t));
    String frontier =
        FrontierText.of(
            String.format(
                Locale.ROOT,
                "Frontier of %s: hypervolume %.4f",
                study,
                points.get(0).hypervolume()),
            dense,
            points.stream().map(FrontierLine::of).toList());
    return uniform.isEmpty()
        ? frontier
        : frontier
            + "\n"
            + FrontierText.of(
                "Uniform profiles",
                dense,
                uniform.stream().map(t -> FrontierLine.of("trial " + t.trialId(), t)).toList());
  }
}
