package io.paretune.jobs.tune;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.frontier.FrontierProgram;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.report.FrontierPlot;
import io.paretune.jobs.report.PlotPoint;
import io.paretune.jobs.report.ReportProgram;
import io.paretune.jobs.search.SearchLoop;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.StudyLease;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tables.WholeFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the commands around a study do; apart from them, since commands must load without Spark. */
public final class StudyProgram {
  private static final Logger LOG = LoggerFactory.getLogger(StudyProgram.class);

  private final ParetuneConfig config;
  private final PrintStream out;

  /**
   * A program that prints its results.
   *
   * @param out for results only
   */
  public StudyProgram(ParetuneConfig config, PrintStream out) {
    this.config = config;
    this.out = out;
  }

  /** {@code encode}: features of the images that have none. */
  public void encode() throws IOException {
    try (Sessions.Opened session = Sessions.open("paretune encode")) {
      StudyInputs inputs = StudyInputs.prepare(session.spark(), config);
      out.printf(
          "benchmark %s version %s is encoded for model %s%n",
          config.benchmark().name(), inputs.version(), inputs.modelId());
    }
  }

  /** {@code calibrate}: activation statistics, and what each layer loses when it is pruned. */
  public void calibrate() throws IOException {
    try (Sessions.Opened session = Sessions.open("paretune calibrate")) {
      StudyInputs inputs = StudyInputs.prepare(session.spark(), config);
      out.print(
          LayerSensitivities.measured(
                  inputs, Calibrations.candidates(inputs, new StudyLevels(inputs).ofRatios()))
              .map(LayerSensitivities::text)
              .orElse("the study's space prunes by nothing that one calibration measures\n"));
    }
  }

  /** {@code tune}: one search, and its frontier. */
  public void tune() throws IOException {
    try (Sessions.Opened session = Sessions.open("paretune tune");
        StudyLease lease = lease(session)) {
      StudyInputs inputs = StudyInputs.prepare(session.spark(), config);
      search(inputs, new Tuning(inputs, Clock.systemUTC()), lease);
      out.print(frontier(inputs));
    }
  }

  /** {@code confirm}: the latest frontier's profiles on held-out questions. */
  public void confirm() throws IOException {
    try (Sessions.Opened session = Sessions.open("paretune confirm")) {
      RecordedStudy study = RecordedStudy.of(session.spark(), config);
      study.latestRun();
      try (StudyLease lease = lease(session)) {
        StudyInputs inputs = StudyInputs.prepare(session.spark(), config).on(study.latestRun());
        lease.requireHeld();
        Confirmation.Result result = confirm(inputs, new Tuning(inputs, Clock.systemUTC()), lease);
        out.print(frontier(inputs));
        out.print(result.comparison().isEmpty() ? "" : "\n" + result.comparison());
      }
    }
  }

  /** {@code demo}: all of it, and the comparison with uniform profiles. */
  public void demo() throws IOException {
    try (Sessions.Opened session = Sessions.open("paretune demo");
        StudyLease lease = lease(session)) {
      StudyInputs inputs = StudyInputs.prepare(session.spark(), config);
      Tuning tuning = new Tuning(inputs, Clock.systemUTC());
      search(inputs, tuning, lease);
      Confirmation.Result confirmed = confirm(inputs, tuning, lease);
      Map<Long, TrialScore> heldOut = confirmed.scores();
      out.print(frontier(inputs));
      out.println();
      out.print(confirmed.comparison().isEmpty() ? "" : confirmed.comparison() + "\n");
      out.print(EqualMemory.of(tuning.complete(), heldOut).text());
      out.print(TemplateSaving.of(tuning.complete(), heldOut).text());
      Path plot = plot(inputs, tuning.complete(), heldOut);
      out.println();
      out.println("tables  " + inputs.warehouse().root());
      out.println("picture " + plot);
      Path report = new Path(plot.getParent(), config.study().name() + ".html");
      ReportProgram.write(study(inputs), config, report);
      out.println("report  " + report);
    }
  }

  /** No other driver runs the study meanwhile. */
  private StudyLease lease(Sessions.Opened session) {
    Configuration hadoop = session.spark().sparkContext().hadoopConfiguration();
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    warehouse.requireWritable(hadoop);
    return StudyLease.take(warehouse, config.study().name(), hadoop);
  }

  private void search(StudyInputs inputs, Tuning tuning, StudyLease lease) {
    Tuning.Result result = tuning.run(lease);
    if (result.trials() > 0) {
      inputs
          .warehouse()
          .tidy(
              inputs.spark(),
              config.study().name(),
              config.retention(),
              Clock.systemUTC().instant());
    }
    result.early().ifPresent(why -> LOG.info("the search ended early: {}", why));
    if (result.ending() == SearchLoop.Ending.TIME) {
      LOG.info("the same command goes on with it");
    }
  }

  private Confirmation.Result confirm(StudyInputs inputs, Tuning tuning, StudyLease lease) {
    List<TrialRecord> complete = tuning.complete();
    Map<Long, TrialRecord> chosen = new LinkedHashMap<>();
    List<TrialRecord> all = new ArrayList<>(FrontierBuilder.nonDominated(complete));
    all.addAll(EqualMemory.foundFront(complete));
    all.addAll(EqualMemory.uniformFront(complete));
    complete.stream().filter(TrialRecord::isDense).forEach(all::add);
    all.forEach(t -> chosen.putIfAbsent(t.trialId(), t));
    return new Confirmation(
            inputs, new StudyLevels(inputs).candidates(), lease::requireHeld, Clock.systemUTC())
        .run(List.copyOf(chosen.values()));
  }

  private String frontier(StudyInputs inputs) {
    return FrontierProgram.rebuild(study(inputs), config);
  }

  private RecordedStudy study(StudyInputs inputs) {
    return new RecordedStudy(inputs.spark(), inputs.warehouse(), config.study().name());
  }

  private Path plot(StudyInputs inputs, List<TrialRecord> complete, Map<Long, TrialScore> heldOut)
      throws IOException {
    Optional<TrialRecord> dense = complete.stream().filter(TrialRecord::isDense).findFirst();
    if (dense.isEmpty()) {
      throw new IllegalStateException("the dense model was not scored");
    }
    String svg =
        new FrontierPlot(
                "Memory and accuracy of %s".formatted(config.study().name()),
                "accuracy, held-out questions",
                dense.get().cost().memoryBytes(),
                Optional.of(point("dense", dense.get(), heldOut)),
                EqualMemory.foundFront(complete).stream()
                    .map(t -> point("trial " + t.trialId(), t, heldOut))
                    .toList(),
                EqualMemory.uniformFront(complete).stream()
                    .map(t -> point("uniform, trial " + t.trialId(), t, heldOut))
                    .toList())
            .svg();
    Path file = new Path(inputs.warehouse().path("reports/" + config.study().name() + ".svg"));
    WholeFile.replace(
        inputs.spark().sparkContext().hadoopConfiguration(),
        file,
        svg.getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private static PlotPoint point(String label, TrialRecord trial, Map<Long, TrialScore> heldOut) {
    TrialScore score = heldOut.get(trial.trialId());
    if (score == null) {
      throw new IllegalStateException("trial " + trial.trialId() + " was not confirmed");
    }
    return new PlotPoint(
        label, trial.cost().memoryBytes(), score.score(), score.low(), score.high());
  }
}
