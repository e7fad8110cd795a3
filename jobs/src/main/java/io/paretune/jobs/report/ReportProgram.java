package io.paretune.jobs.report;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.MeasurementsTable;
import io.paretune.jobs.tables.NightsTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.StudyFile;
import io.paretune.jobs.tables.WholeFile;
import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.checkpoint.FirstContact;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code report} does; apart from the command, which must load without Spark. */
public final class ReportProgram {
  private static final Logger LOG = LoggerFactory.getLogger(ReportProgram.class);

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
    try (Sessions.Opened session = Sessions.open("paretune report")) {
      FirstContact.require(new Path(to), session.spark().sparkContext().hadoopConfiguration());
      StudyReport report = read(RecordedStudy.of(session.spark(), config), config);
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
  public static void write(RecordedStudy study, ParetuneConfig config, Path file) {
    write(study.spark(), read(study, config), file);
  }

  private static StudyReport read(RecordedStudy study, ParetuneConfig config) {
    LOG.info("reading study {}", study.name());
    SparkSession spark = study.spark();
    return StudyReport.of(
            study.name(),
            modelId ->
                StudyFile.modelName(
                    spark.sparkContext().hadoopConfiguration(),
                    study.warehouse(),
                    study.name(),
                    modelId),
            new FrontierTable(spark, study.warehouse()).ofStudy(study.name()),
            study.trials(),
            new NightsTable(spark, study.warehouse()).ofStudy(study.name()),
            new MeasurementsTable(spark, study.warehouse()).ofStudy(study.name()),
            GateLoad.of(config.gate()))
        .orElseThrow(() -> study.lacks("frontier"));
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
