package io.paretune.jobs.nightly;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.frontier.FrontierProgram;
import io.paretune.jobs.frontier.NightText;
import io.paretune.jobs.frontier.Run;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.NightRecord;
import io.paretune.jobs.tables.NightsTable;
import io.paretune.jobs.tables.RunId;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.StudyLease;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tune.StudyInputs;
import io.paretune.jobs.tune.Tuning;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code retune} does: one run a study and day. It starts from the last frontier, scores its
 * points again where the samples changed, tries new candidates, and writes the day's frontier with
 * what changed. Repeated on the same day it goes on where it was cut off, or says the same.
 */
public final class RetuneProgram {
  private static final Logger LOG = LoggerFactory.getLogger(RetuneProgram.class);

  private final ParetuneConfig config;
  private final LocalDate date;
  private final Clock clock;
  private final PrintStream out;

  /**
   * A night's program.
   *
   * @param date the night's day; nights run in order
   * @param out for results only
   */
  public RetuneProgram(ParetuneConfig config, LocalDate date, Clock clock, PrintStream out) {
    this.config = config;
    this.date = date;
    this.clock = clock;
    this.out = out;
  }

  /**
   * Runs the night.
   *
   * @throws InvalidInputException if the day is to come, a later night has run, or the study is
   *     another one than before
   */
  public void run() throws IOException {
    Instant started = clock.instant();
    LocalDate today = started.atZone(ZoneOffset.UTC).toLocalDate();
    if (date.isAfter(today)) {
      throw new InvalidInputException(
          "--date",
          "is %s, and today is %s (UTC)".formatted(date, today),
          "give today or an earlier day: nights run in order, and none before it could run");
    }
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    try (Sessions.Opened session = Sessions.open("paretune retune")) {
      SparkSession spark = session.spark();
      Configuration hadoop = spark.sparkContext().hadoopConfiguration();
      warehouse.requireWritable(hadoop);
      warehouse.createTables(spark);
      try (StudyLease lease = StudyLease.take(warehouse, config.study().name(), hadoop)) {
        Optional<NightRecord> done = night(new NightsTable(spark, warehouse));
        if (done.isPresent()) {
          LOG.info("the night of {} is done", date);
          print(spark, warehouse, done.get());
        } else {
          print(spark, warehouse, search(spark, warehouse, lease, started));
        }
      }
    }
  }

  private Optional<NightRecord> night(NightsTable table) {
    List<NightRecord> nights = table.ofStudy(config.study().name());
    Optional<NightRecord> done = nights.stream().filter(n -> n.runDate().equals(date)).findFirst();
    nights.stream()
        .filter(n -> done.isEmpty() && n.runDate().isAfter(date))
        .findFirst()
        .ifPresent(
            later -> {
              throw new InvalidInputException(
                  "--date",
                  "is %s, and the study \"%s\" has a night of %s"
                      .formatted(date, later.study(), later.runDate()),
                  "nights run in order: give a later date");
            });
    return done;
  }

  private NightRecord search(
      SparkSession spark, Warehouse warehouse, StudyLease lease, Instant started)
      throws IOException {
    StudyInputs inputs = StudyInputs.prepare(spark, config);
    String study = config.study().name();
    String runId = RunId.ofNight(date);
    List<FrontierRecord> before =
        new FrontierBuilder(study, runId, date)
            .before(new FrontierTable(spark, warehouse).ofStudy(study));
    Tuning.Result result =
        new Tuning(inputs, clock)
            .night(lease, runId, before.stream().map(FrontierRecord::profile).toList());
    List<TrialRecord> trials = new TrialsTable(spark, warehouse).ofStudy(study);
    Run run = new Run(runId, date, inputs.yardstick());
    if (FrontierProgram.write(spark, warehouse, config, run, trials).isEmpty()) {
      throw new IllegalStateException("no trial of the night is complete; trials says why");
    }
    Drift drift = Drift.of(inputs, before, trials);
    NightRecord night =
        new NightRecord(
            study,
            runId,
            date,
            run.yardstick(),
            before.isEmpty() ? "" : before.get(0).runId(),
            ended(trials, runId, t -> t == TrialOrigin.INCUMBENT),
            ended(trials, runId, TrialOrigin::isCandidate),
            drift.questions(),
            drift.dense(),
            drift.frontier(),
            started,
            clock.instant());
    new NightsTable(spark, warehouse).add(night);
    result.early().ifPresent(why -> LOG.info("the search of the night ended early: {}", why));
    if (result.trials() > 0) {
      warehouse.tidy(spark, study, config.retention(), clock.instant());
    }
    return night;
  }

  private static long ended(List<TrialRecord> trials, String runId, Predicate<TrialOrigin> of) {
    return trials.stream()
        .filter(t -> t.runId().equals(runId) && of.test(t.origin()) && t.finishedAt().isPresent())
        .count();
  }

  private void print(SparkSession spark, Warehouse warehouse, NightRecord night) {
    String study = config.study().name();
    List<FrontierRecord> points =
        new FrontierTable(spark, warehouse)
            .ofStudy(study).stream().filter(p -> p.runId().equals(night.runId())).toList();
    Run run = new Run(night.runId(), night.runDate(), night.yardstick());
    NightText.lines(night).forEach(out::println);
    out.println();
    out.print(
        FrontierProgram.text(study, points, run, new TrialsTable(spark, warehouse).ofStudy(study)));
  }
}
