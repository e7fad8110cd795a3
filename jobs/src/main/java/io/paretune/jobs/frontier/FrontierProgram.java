package io.paretune.jobs.frontier;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierStatus;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code frontier} does; apart from the command, which must load without Spark. */
public final class FrontierProgram {
  private static final Logger LOG = LoggerFactory.getLogger(FrontierProgram.class);

  private FrontierProgram() {}

  /**
   * Builds and prints the frontier of the configured study's latest run.
   *
   * @throws InvalidInputException if the study has no complete trial
   */
  public static void run(ParetuneConfig config, PrintStream out) {
    try (Sessions.Opened session = Sessions.open("paretune frontier")) {
      out.print(rebuild(RecordedStudy.of(session.spark(), config), config));
    }
  }

  /**
   * Writes the frontier of the study's latest run and judges its points.
   *
   * @return the frontier and the uniform profiles, as text
   * @throws InvalidInputException if the study has no complete trial
   */
  public static String rebuild(RecordedStudy study, ParetuneConfig config) {
    Run run = study.latestRun();
    List<TrialRecord> trials = study.trials();
    return text(
        study.name(), write(study.spark(), study.warehouse(), config, run, trials), run, trials);
  }

  /**
   * Writes the frontier of a run and judges its points.
   *
   * @param trials of the study
   */
  public static List<FrontierRecord> write(
      SparkSession spark,
      Warehouse warehouse,
      ParetuneConfig config,
      Run run,
      List<TrialRecord> trials) {
    LOG.info("building the frontier of run {}", run.id());
    FrontierTable table = new FrontierTable(spark, warehouse);
    String study = config.study().name();
    List<FrontierRecord> points =
        new FrontierBuilder(study, run.id(), run.date())
            .build(run.yardstick(), trials, table.ofStudy(study));
    List<FrontierRecord> judged =
        Judgement.of(spark, warehouse, config, trials, run.yardstick()).judged(points);
    table.write(study, run.id(), judged);
    return judged;
  }

  /** A run's frontier, the uniform profiles measured alike, and what the gate says. */
  public static String text(
      String study, List<FrontierRecord> points, Run run, List<TrialRecord> all) {
    List<TrialRecord> trials =
        all.stream().filter(t -> Yardstick.of(t).equals(run.yardstick())).toList();
    StringBuilder gate = new StringBuilder();
    List<FrontierRecord> judged =
        points.stream().filter(p -> p.status() != FrontierStatus.DROPPED).toList();
    long promoted = judged.stream().filter(FrontierRecord::promoted).count();
    gate.append("\nGate: ").append(promoted).append(" of ").append(judged.size());
    gate.append(" points promoted\n");
    judged.stream()
        .filter(p -> !p.promoted())
        .forEach(p -> gate.append("  trial " + p.trialId() + ": " + p.gate() + "\n"));
    return text(study, points, trials) + gate;
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
