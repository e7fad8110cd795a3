package io.paretune.jobs.ingest;

import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.config.BenchmarkPart;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.ingest.SplitShares.Share;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.Warehouse;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.IntStream;

/** What {@code ingest} does; apart from the command, which must load without Spark. */
public final class IngestProgram {
  private IngestProgram() {}

  /**
   * Ingests the configured benchmarks and says what happened.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException as {@link Ingest#run}
   */
  public static void run(ParetuneConfig config, PrintStream out) {
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    try (Sessions.Opened session = Sessions.open("paretune ingest")) {
      warehouse.requireWritable(session.spark().sparkContext().hadoopConfiguration());
      Ingest.run(session.spark(), warehouse, requests(config), (name, samples) -> {})
          .forEach(report -> out.println(text(report, warehouse)));
    }
  }

  /** What the configuration asks to be taken in. */
  public static List<Ingest.Request> requests(ParetuneConfig config) {
    return config.benchmark().parts().stream()
        .map(part -> new Ingest.Request(part.samples(), intake(part, config)))
        .toList();
  }

  private static Intake intake(BenchmarkPart part, ParetuneConfig config) {
    BenchmarkConfig benchmark = config.benchmark();
    List<String> splits =
        List.of(benchmark.calibrationSplit(), benchmark.searchSplit(), benchmark.heldOutSplit());
    List<Double> shares = benchmark.splitShares();
    return new Intake(
        part.name(),
        part.format(),
        config.study().shards(),
        benchmark.maximumRejectedShare(),
        part.images().orElse(""),
        new SplitShares(
            IntStream.range(0, shares.size())
                .mapToObj(i -> new Share(splits.get(i), shares.get(i)))
                .toList()),
        config
            .modelIfSet()
            .map(model -> new PromptCheck(model, benchmark.protocol()))
            .orElse(PromptCheck.NONE));
  }

  private static String text(Ingest.Report report, Warehouse warehouse) {
    return "%s, version %s: %d questions on %d images in %d shards, %d rows rejected, %s%s"
        .formatted(
            report.benchmark(),
            report.version(),
            report.accepted(),
            report.images(),
            report.shards(),
            report.rejected(),
            switch (report.outcome()) {
              case WRITTEN -> "written to " + warehouse.root();
              case UNCHANGED -> "already in " + warehouse.root();
            },
            report
                .change()
                .map(
                    c ->
                        "; against the version before %d questions came, %d left, %d changed"
                            .formatted(c.came(), c.left(), c.changed()))
                .orElse(""));
  }
}
