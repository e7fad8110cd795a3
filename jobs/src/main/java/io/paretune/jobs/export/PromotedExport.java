package io.paretune.jobs.export;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tune.StudyInputs;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code export --promoted}: the points of the study's latest frontier that the gate lets through,
 * each in a directory {@code trial-N}, and {@value #LIST}, which names them and is written last.
 * What is there already is not written again; what an earlier night exported stays.
 *
 * @param config of the study: model, benchmark and calibration
 * @param to the directory of these directories: a path or a URI
 * @param out for results only
 */
public record PromotedExport(ParetuneConfig config, String to, PrintStream out) {
  private static final Logger LOG = LoggerFactory.getLogger(PromotedExport.class);
  private static final String LIST = "promoted.json";

  /**
   * Writes what is not there yet.
   *
   * @throws InvalidInputException if the study has no frontier, or something else is in a place
   */
  public void run() throws IOException {
    try (Sessions.Opened session = Sessions.open("paretune export")) {
      Configuration hadoop = session.spark().sparkContext().hadoopConfiguration();
      ExportFolder folder = ExportFolder.of("--to", to, hadoop);
      List<FrontierRecord> latest = RecordedStudy.of(session.spark(), config).frontier();
      StudyInputs inputs = StudyInputs.prepare(session.spark(), config);
      List<FrontierRecord> promoted = latest.stream().filter(FrontierRecord::promoted).toList();
      for (FrontierRecord point : promoted) {
        export(inputs, folder, point);
      }
      String list = list(latest.get(0), promoted);
      if (!folder.read(LIST).equals(Optional.of(list))) {
        folder.replace(LIST, list);
      }
      out.printf("%d of %d points promoted: %s%n", promoted.size(), latest.size(), folder);
    }
  }

  private void export(StudyInputs inputs, ExportFolder folder, FrontierRecord point)
      throws IOException {
    String name = directory(point);
    ExportProgram program =
        new ExportProgram(
            config,
            new ExportProgram.Subject.OfTrial(point.trialId()),
            Optional.empty(),
            folder.place(name));
    // Written last where a directory cannot appear at once, so it stands for all of them.
    if (folder.read(name + "/config.json").isEmpty()) {
      program.write(
          inputs,
          program.trial(inputs.spark()),
          ExportTarget.of("--to", folder.place(name), folder.hadoop()));
      LOG.info("exported trial {} to {}", point.trialId(), folder.place(name));
      return;
    }
    Optional<String> profile = folder.read(name + "/profile.json");
    if (!profile
        .map(JsonParser::parseString)
        .equals(Optional.of(JsonParser.parseString(point.profile().canonicalJson())))) {
      throw new InvalidInputException(
          "--to",
          "%s holds another profile than trial %d of study \"%s\""
              .formatted(folder.place(name), point.trialId(), point.study()),
          "name a directory of the study's own");
    }
    LOG.info("trial {} is in {}", point.trialId(), folder.place(name));
  }

  private static String directory(FrontierRecord point) {
    return "trial-" + point.trialId();
  }

  /** What a deployment reads: which of the directories may be served, and what they are. */
  private static String list(FrontierRecord any, List<FrontierRecord> promoted) {
    JsonObject root = new JsonObject();
    root.addProperty("study", any.study());
    root.addProperty("run_id", any.runId());
    root.addProperty("run_date", any.runDate().toString());
    root.addProperty("model_id", any.modelId());
    root.addProperty("workload", any.workload().toString());
    root.addProperty("dense_memory_bytes", any.cost().denseBytes());
    JsonArray points = new JsonArray();
    for (FrontierRecord point : promoted) {
      JsonObject one = new JsonObject();
      one.addProperty("directory", directory(point));
      one.addProperty("trial_id", point.trialId());
      one.addProperty("profile_id", point.profile().id());
      one.addProperty("memory_bytes", point.cost().memoryBytes());
      one.addProperty("score", point.score());
      one.addProperty("confirmed_score", point.confirmedScore().orElseThrow());
      points.add(one);
    }
    root.add("promoted", points);
    return new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n";
  }
}
