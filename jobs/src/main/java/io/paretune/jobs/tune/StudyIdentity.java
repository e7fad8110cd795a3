package io.paretune.jobs.tune;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.paretune.jobs.config.StudyConfig;
import io.paretune.jobs.tables.StudyFile;
import io.paretune.jobs.tables.WholeFile;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.Pattern;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What the scores of a study depend on, kept beside its tables: trials of one study can be compared
 * only if none of it changes between runs.
 */
final class StudyIdentity {
  private static final String MODEL = StudyFile.MODEL;
  private static final String GO_ON =
      "choose another study.name, or run retune, which goes on with it";
  private static final String ANSWERING = "benchmark.answering.search";
  private static final String PATTERN = "study.space.pattern";
  private static final String TOWER = "study.space.vision-pruning-ratios";
  private static final String PROJECTOR = "study.space.projector-pruning-ratios";

  /** What held before it could be chosen. */
  private static final Map<String, JsonElement> EARLIER =
      Map.of(
          ANSWERING,
          new JsonPrimitive(EvaluationMode.OPTIONS.key()),
          PATTERN,
          new JsonPrimitive(Pattern.UNSTRUCTURED.key()),
          TOWER,
          new JsonPrimitive("[]"),
          PROJECTOR,
          new JsonPrimitive("[]"));

  private StudyIdentity() {}

  /** What a night may have otherwise. */
  static final Set<String> MAY_CHANGE =
      Set.of(
          MODEL,
          StudyFile.MODEL_NAME,
          "benchmark version",
          "workload",
          "study.space",
          PATTERN,
          TOWER,
          PROJECTOR,
          "study.shards",
          "study.racing.rungs");

  /**
   * Notes a new study's identity, or compares with what was noted.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException with every difference
   */
  static void claim(StudyInputs inputs) {
    claim(inputs, Set.of(StudyFile.MODEL_NAME)); // a directory may be moved
  }

  /**
   * The same for a night's run, which may have other samples, another model of the same shape or
   * another space than the nights before: trials say which they are measured by.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException with every other difference
   */
  static void renew(StudyInputs inputs) {
    claim(inputs, MAY_CHANGE);
    Path file = file(inputs);
    try {
      renew(inputs.spark().sparkContext().hadoopConfiguration(), file, of(inputs));
    } catch (IOException e) {
      throw new UncheckedIOException("the study's identity " + file + " cannot be kept", e);
    }
  }

  /** Notes another identity in the place of what was noted; where they are equal, nothing. */
  static void renew(Configuration hadoop, Path file, JsonObject now) throws IOException {
    if (!StudyFile.read(hadoop, file).equals(Optional.of(now))) {
      WholeFile.replace(hadoop, file, now.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Path file(StudyInputs inputs) {
    return StudyFile.of(inputs.warehouse(), inputs.config().study().name());
  }

  private static void claim(StudyInputs inputs, Set<String> mayChange) {
    StudyConfig study = inputs.config().study();
    JsonObject now = of(inputs);
    Path file = file(inputs);
    try {
      Configuration hadoop = inputs.spark().sparkContext().hadoopConfiguration();
      FileSystem files = file.getFileSystem(hadoop);
      if (!files.exists(file)) { // whoever searches holds the lease
        WholeFile.replace(hadoop, file, now.toString().getBytes(StandardCharsets.UTF_8));
        return;
      }
      refuseDifferences(study.name(), StudyFile.read(hadoop, file).orElseThrow(), now, mayChange);
    } catch (IOException e) {
      throw new UncheckedIOException("the study's identity " + file + " cannot be kept", e);
    }
  }

  private static JsonObject of(StudyInputs inputs) {
    StudyConfig study = inputs.config().study();
    JsonObject identity = new JsonObject();
    identity.addProperty(MODEL, inputs.modelId());
    identity.addProperty(StudyFile.MODEL_NAME, StudyFile.nameOf(inputs.config().model()));
    identity.addProperty("benchmark", inputs.config().benchmark().name());
    identity.addProperty("benchmark version", inputs.version());
    identity.addProperty(
        "benchmark.splits.calibration", inputs.config().benchmark().calibrationSplit());
    identity.addProperty("benchmark.splits.search", inputs.config().benchmark().searchSplit());
    identity.addProperty("benchmark.splits.held-out", inputs.config().benchmark().heldOutSplit());
    identity.addProperty("calibration.samples", inputs.config().calibration().samples());
    identity.addProperty(ANSWERING, inputs.config().benchmark().searching().key());
    identity.addProperty("benchmark.protocol", inputs.config().benchmark().protocol().key());
    identity.addProperty("benchmark.coreset", inputs.config().benchmark().coreset().toString());
    identity.addProperty(
        "benchmarks",
        inputs.config().benchmark().parts().stream()
            .map(part -> part.name() + " as " + part.format().key() + " x " + part.weight())
            .toList()
            .toString());
    identity.addProperty("calibration.selection", inputs.config().calibration().selection().key());
    identity.addProperty("workload", inputs.footprint().workload().toString());
    identity.addProperty("study.space", study.space().variables());
    identity.addProperty(PATTERN, study.space().pattern().key());
    identity.addProperty(TOWER, study.space().visionPruningRatios().toString());
    identity.addProperty(PROJECTOR, study.space().projectorPruningRatios().toString());
    identity.addProperty("study.shards", study.shards());
    identity.addProperty("study.racing.rungs", study.racing().rungs());
    return identity;
  }

  static void refuseDifferences(
      String study, JsonObject before, JsonObject now, Set<String> mayChange) {
    Problems problems = new Problems();
    for (String key : now.keySet()) {
      JsonElement old = before.has(key) ? before.get(key) : EARLIER.get(key);
      // An earlier version did not note every key; what it left out has its meaning of then.
      if (old == null || mayChange.contains(key) || now.get(key).equals(old)) {
        continue;
      }
      problems.add(
          key.equals(MODEL)
              ? new OtherModel(now.get(key).getAsString(), old.getAsString())
                  .problem("the study \"" + study + "\"", GO_ON + " and scores the frontier again")
              : new Problem(
                  key,
                  "is %s; the study \"%s\" has trials with %s".formatted(now.get(key), study, old),
                  MAY_CHANGE.contains(key) ? GO_ON : "choose another study.name"));
    }
    problems.throwIfAny();
  }
}
