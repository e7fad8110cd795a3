package io.paretune.jobs.template;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.Sessions;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.spark.Models;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@code template} does; apart from the command, which must load without Spark. */
public final class TemplateProgram {
  private TemplateProgram() {}

  /**
   * Writes the configured study's latest frontier as a template.
   *
   * @throws InvalidInputException if there is no frontier, or it is of another model than the
   *     configured one
   */
  public static void run(ParetuneConfig config, Path to, PrintStream out) throws IOException {
    String study = config.study().name();
    List<FrontierRecord> points;
    int layers;
    try (Sessions.Opened session = Sessions.open("paretune template");
        Checkpoint checkpoint = Checkpoint.open(Models.directory(config.model()))) {
      points = RecordedStudy.of(session.spark(), config).frontier();
      layers = DecoderShape.of(checkpoint).layers();
      if (!ComputeType.checkpointId(points.get(0).modelId()).equals(checkpoint.modelId())) {
        throw new InvalidInputException(
            "model",
            "is not the model of study \"%s\": %s, and the study's is %s"
                .formatted(study, checkpoint.modelId(), points.get(0).modelId()),
            "configure what the study ran with");
      }
    }
    Template template =
        new Template(
            study,
            points.get(0).modelId(),
            layers,
            points.stream()
                .map(
                    p ->
                        new Template.Point(
                            (double) p.cost().memoryBytes() / p.cost().denseBytes(),
                            p.score(),
                            p.profile()))
                .toList());
    Files.writeString(to, template.toJson());
    out.printf("%d points of %s's frontier, %d layers: %s%n", points.size(), study, layers, to);
  }
}
