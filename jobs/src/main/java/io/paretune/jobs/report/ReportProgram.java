package io.paretune.jobs.report;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.MeasurementsTable;
import io.paretune.jobs.tables.NightsTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.jobs.tables.WholeFile;
import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** What {@code report} does; apart from the command, which must load without Spark. */
public final class ReportProgram {
  private ReportProgram() {}

  /**
   * Writes the configured study's report. Where the study has a memory budget, what to take within
   * it is printed: memory, time to the first token, accuracy.
   *
   * @param to the file, a URI or an absolute path
   * @param out for results only
   * @throws InvalidInputException if the study has no frontier, or the file cannot be written
   */
  public static void run(ParetuneConfig config, String to, PrintStream out) {
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    try (Sessions.Opened session = Sessions.open("paretune report")) {
      StudyReport report = read(session.spark(), warehouse, config);
      Path file = new Path(to);
      write(session.spark(), report, file);
      config
          .study()
          .constraints()
          .maxMemoryBytes()
          .ifPresent(budget -> out.println(BudgetText.of(report, budget)));
      out.println(file);
    }
  }

  /** Writes the report of the configured study into a file, in the place of what is there. */
  public static void write(
      SparkSession spark, Warehouse warehouse, ParetuneConfig config, Path file) {
    write(spark, read(spark, warehouse, config), file);
  }

  private static StudyReport read(SparkSession spark, Warehouse warehouse, ParetuneConfig config) {
    String study = config.study().name();
    warehouse.createTables(spark);
    FrontierTable frontier = new FrontierTable(spark, warehouse);
    return StudyReport.of(
            study,
            frontier.ofStudy(study),
            new TrialsTable(spark, warehouse).ofStudy(study),
            new NightsTable(spark, warehouse).ofStudy(study),
            new MeasurementsTable(spark, warehouse).ofStudy(study),
            GateLoad.of(config.gate()))
        .orElseThrow(() -> frontier.none(study, "name another study or warehouse"));
  }

  private static void write(SparkSession spark, StudyReport report, Path file) {
    byte[] page = ReportPage.html(report).getBytes(StandardCharsets.UTF_8);
    try {
      WholeFile.replace(spark.sparkContext().hadoopConfiguration(), file, page);
    } catch (IOException e) {
      throw FileTrouble.of(
          new Problem("--to", file + " cannot be written: " + e, "name another file"), e);
    }
  }
}
