package io.paretune.jobs.tune;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.CandidateSpecs;
import io.paretune.jobs.fanout.QuestionImages;
import io.paretune.jobs.fanout.ShardResults;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.search.Additive;
import io.paretune.jobs.search.CompressionSpace;
import io.paretune.jobs.search.Parameter;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.PreparedShard;
import io.paretune.udfs.profile.CompressionProfile;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Scores profiles of a study whose tables are filled, for whatever proposes them: the evaluator of
 * {@code live_comparison.py}. Its first line is the study's search space as {@code ask-tell} reads
 * it, with {@code dense} (the dense model's bytes) and {@code chance} (the score of guessing, by
 * split); then each line {@code {"split":"search"|"held-out","params":{…}}} is answered by {@code
 * {"memory":…,"score":…,"samples":…}}. Arguments: the study's file, then {@code key=value}. After
 * {@code ./paretune demo} and {@code ./mvnw test-compile}, as README's command line for
 * spark-submit with
 *
 * <pre>
 * --driver-class-path 'jobs/target/paretune.jar:jobs/target/test-classes:jobs/target/lib/*' \
 * --class io.paretune.jobs.tune.LiveEvaluator jobs/target/paretune.jar conf/studies/demo.conf
 * </pre>
 */
public final class LiveEvaluator {
  private final StudyInputs inputs;
  private final CompressionSpace space;
  private final CandidateSpecs candidates;
  private final Questions search;
  private final Questions heldOut;

  /** Shards ready to be asked, and how. */
  private record Questions(
      ShardedBenchmark benchmark,
      JavaRDD<PreparedShard> prepared,
      Answering answering,
      double chance) {}

  private LiveEvaluator(StudyInputs inputs) {
    this.inputs = inputs;
    this.space = StudySpace.of(inputs);
    this.candidates = Calibrations.candidates(inputs, new StudyLevels(inputs).ofRatios());
    this.search = questions(inputs.searchQuestions());
    this.heldOut = questions(inputs.split(inputs.config().benchmark().heldOutSplit()));
  }

  private Questions questions(Dataset<Row> rows) {
    ShardedBenchmark benchmark = inputs.sharded(rows);
    return new Questions(
        benchmark,
        benchmark.prepared().persist(StorageLevel.MEMORY_AND_DISK()),
        inputs.config().benchmark().searching(),
        QuestionImages.of(rows, inputs.benchmark()).chance());
  }

  public static void main(String[] arguments) throws Exception {
    ParetuneConfig config =
        ParetuneConfig.read(
            Optional.of(Path.of(arguments[0])),
            List.of(arguments).subList(1, arguments.length),
            Set.of("model", "benchmark.name", "benchmark.samples"));
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Sessions.Opened session = Sessions.open("live evaluator")) {
      LiveEvaluator evaluator = new LiveEvaluator(StudyInputs.prepare(session.spark(), config));
      answers.println(evaluator.spaceJson());
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.println(evaluator.answer(JsonParser.parseString(line).getAsJsonObject()));
      }
    }
  }

  private JsonObject answer(JsonObject request) {
    JsonObject params = request.getAsJsonObject("params");
    SearchSpace searched = space.space();
    double[] at = new double[searched.dimensions()];
    for (int i = 0; i < at.length; i++) {
      Parameter.Choice choice = (Parameter.Choice) searched.parameter(i);
      JsonPrimitive given = params.getAsJsonPrimitive(choice.name());
      at[i] = choice.choices().stream().map(LiveEvaluator::primitive).toList().indexOf(given);
      if (at[i] < 0) {
        throw new IllegalArgumentException(
            "\"%s\" must be one of %s, was %s".formatted(choice.name(), choice.choices(), given));
      }
    }
    Point point = Point.of(at);
    CompressionProfile profile = space.profile(point);
    TrialScore score =
        score(
            request.get("split").getAsString().equals("held-out") ? heldOut : search,
            profile.withMask(inputs.config().study().space().mask()));
    JsonObject answer = new JsonObject();
    answer.addProperty("memory", space.memory().of(point));
    answer.addProperty("score", score.score());
    answer.addProperty("samples", score.samples());
    return answer;
  }

  private TrialScore score(Questions asked, CompressionProfile profile) {
    return ShardResults.score(
        inputs.benchmark(),
        asked
            .benchmark()
            .answers(asked.prepared(), candidates.apply(profile), asked.answering())
            .stream()
            .map(a -> Tally.of(a.outcomes()))
            .reduce(Tally.EMPTY, Tally::plus));
  }

  private JsonObject spaceJson() {
    SearchSpace searched = space.space();
    JsonArray params = new JsonArray();
    JsonObject terms = new JsonObject();
    Additive memory = space.memory();
    for (int i = 0; i < searched.dimensions(); i++) {
      Parameter.Choice choice = (Parameter.Choice) searched.parameter(i);
      JsonObject one = new JsonObject();
      one.addProperty("name", choice.name());
      one.addProperty("type", choice instanceof Parameter.Ordinal ? "ordinal" : "categorical");
      JsonArray choices = new JsonArray();
      JsonArray term = new JsonArray();
      for (int c = 0; c < choice.choices().size(); c++) {
        choices.add(primitive(choice.choices().get(c)));
        term.add(memory.term(i, c));
      }
      one.add("choices", choices);
      choice.place().kind().ifPresent(kind -> one.addProperty("kind", kind));
      choice.place().position().ifPresent(position -> one.addProperty("position", position));
      params.add(one);
      terms.add(choice.name(), term);
    }
    JsonObject known = new JsonObject();
    known.addProperty("type", "additive");
    known.addProperty("constant", memory.constant());
    known.add("terms", terms);
    JsonArray objectives = new JsonArray();
    objectives.add(objective(CompressionSpace.MEMORY, "minimize"));
    objectives.get(0).getAsJsonObject().add("known", known);
    objectives.add(objective(CompressionSpace.SCORE, "maximize"));
    JsonObject json = new JsonObject();
    json.add("params", params);
    json.add("objectives", objectives);
    JsonObject line = new JsonObject();
    line.add("space", json);
    line.addProperty("dense", inputs.footprint().totalBytes(CompressionProfile.dense()));
    JsonObject chance = new JsonObject();
    chance.addProperty("search", search.chance());
    chance.addProperty("held-out", heldOut.chance());
    line.add("chance", chance);
    return line;
  }

  private static JsonObject objective(String name, String direction) {
    JsonObject objective = new JsonObject();
    objective.addProperty("name", name);
    objective.addProperty("direction", direction);
    return objective;
  }

  private static JsonPrimitive primitive(Object choice) {
    return choice instanceof Number number
        ? new JsonPrimitive(number)
        : new JsonPrimitive(choice.toString());
  }
}
