package io.paretune.jobs.ingest;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.Warehouse;
import java.io.PrintStream;

/** What {@code ingest} does; apart from the command, which must load without Spark. */
public final class IngestProgram {
  private IngestProgram() {}

  /**
   * Ingests the configured benchmark and says what happened.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException as {@link Ingest#run}
   */
  public static void run(ParetuneConfig config, PrintStream out) {
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    try (Sessions.Opened session = Sessions.open("paretune ingest")) {
      Ingest.Report report =
          Ingest.run(
              session.spark(),
              warehouse,
              config.benchmark().samples(),
              new Intake(
                  config.benchmark().name(),
                  config.study().shards(),
                  Intake.DEFAULT_REJECTED_SHARE));
      out.printf(
          "%s, version %s: %d questions on %d images in %d shards, %d rows rejected, %s%n",
          config.benchmark().name(),
          report.version(),
          report.accepted(),
          report.images(),
          report.shards(),
          report.rejected(),
          switch (report.outcome()) {
            case WRITTEN -> "written to " + warehouse.root();
            case UNCHANGED -> "already in " + warehouse.root();
          });
    }
  }
}
