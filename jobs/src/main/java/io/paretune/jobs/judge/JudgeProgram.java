package io.paretune.jobs.judge;

import static org.apache.spark.sql.functions.broadcast;

import com.google.gson.JsonObject;
import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.config.JudgeConfig;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.AnswersFile;
import io.paretune.jobs.ingest.Intake;
import io.paretune.jobs.ingest.PromptCheck;
import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.ingest.ScreenedSamples;
import io.paretune.jobs.ingest.SplitShares;
import io.paretune.jobs.tables.JudgementsTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Estimate;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.spark.SampleRows;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What {@code judge} does; apart from the command, which must load without Spark. */
public final class JudgeProgram {
  /** Published files name no split, and here none is asked for. */
  private static final SplitShares ANY_SPLIT =
      new SplitShares(List.of(new SplitShares.Share("all", 1)));

  private JudgeProgram() {}

  /** Whose answers are graded. */
  public sealed interface Source {
    /**
     * Those of a file.
     *
     * @param samples the files that the questions are from
     * @param predictions by question
     */
    record Files(List<String> samples, Map<String, String> predictions) implements Source {}

    /**
     * Those of the configured study's trials to the held-out questions.
     *
     * @param ids none for the points of its latest frontier
     */
    record Trials(List<Long> ids) implements Source {}
  }

  /**
   * Grades stored answers and prints what they are worth, as one JSON object for a file and one for
   * each trial.
   *
   * @param out where each answer's score goes, one JSON line a question
   * @throws InvalidInputException if the questions or answers are not there, or the endpoint cannot
   *     judge with this configuration
   */
  public static void run(ParetuneConfig config, Source source, Path out, PrintStream results)
      throws IOException, InterruptedException {
    JudgeConfig judge = config.judge();
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    try (Sessions.Opened session = Sessions.open("paretune judge")) {
      SparkSession spark = session.spark();
      warehouse.requireWritable(spark.sparkContext().hadoopConfiguration());
      List<TrialAnswers> trials = new ArrayList<>();
      List<JudgedAnswer> answers = new ArrayList<>();
      if (source instanceof Source.Files files) {
        answers.addAll(answers(spark, config.benchmark(), files));
        warehouse.createTables(spark);
      } else if (source instanceof Source.Trials chosen) {
        warehouse.createTables(spark);
        trials.addAll(TrialAnswers.read(spark, warehouse, config, chosen.ids()));
        trials.forEach(trial -> answers.addAll(trial.answers()));
      }
      ChatEndpoint endpoint = endpoint(judge);
      Grading grading =
          Grading.of(
              answers,
              new Judging(
                  judge, endpoint, new JudgementsTable(spark, warehouse), Clock.systemUTC()));
      List<String> lines = new ArrayList<>();
      List<JsonObject> summaries = new ArrayList<>();
      int at = 0;
      for (TrialAnswers trial : trials) {
        int end = at + trial.answers().size();
        List<Grading.Grade> own = grading.grades().subList(at, end);
        lines.addAll(lines(OptionalLong.of(trial.trial().trialId()), trial.answers(), own));
        summaries.add(summary(config, trial, own));
        at = end;
      }
      if (trials.isEmpty()) {
        lines.addAll(lines(OptionalLong.empty(), answers, grading.grades()));
        summaries.add(summary(config, answers, grading, endpoint.requests()));
      }
      AnswersFile.write(out, lines);
      summaries.forEach(results::println);
    }
  }

  private static ChatEndpoint endpoint(JudgeConfig judge) {
    Ticker ticker = Ticker.system();
    return new ChatEndpoint(
        judge.endpoint(),
        ApiKey.of(System.getenv(), judge.apiKeyVariable()),
        judge.timeout(),
        RetryPolicy.of(judge.attempts()),
        new RequestPace(judge.requestsPerMinute(), ticker),
        ticker,
        new Random());
  }

  private static List<JudgedAnswer> answers(
      SparkSession spark, BenchmarkConfig config, Source.Files files) {
    Intake intake =
        new Intake(
            "samples",
            config.format(),
            1,
            0,
            config.images().orElse(""),
            config.format() == BenchmarkFormat.GENERIC ? SplitShares.NONE : ANY_SPLIT,
            PromptCheck.NONE);
    Map<String, String> predictions = files.predictions();
    try (ScreenedSamples read = SamplesReader.read(spark, files.samples(), intake)) {
      Dataset<Row> wanted =
          spark
              .createDataset(List.copyOf(predictions.keySet()), Encoders.STRING())
              .toDF("sample_id");
      Map<String, Sample> byId = new HashMap<>();
      read.samples()
          .drop("image")
          .join(broadcast(wanted), "sample_id")
          .collectAsList()
          .forEach(row -> byId.put(row.getAs("sample_id"), SampleRows.sample(row)));
      List<String> unknown =
          predictions.keySet().stream().filter(id -> !byId.containsKey(id)).toList();
      if (!unknown.isEmpty()) {
        throw new InvalidInputException(
            "--predictions",
            "%d of %d are of no question in the samples, such as \"%s\""
                .formatted(unknown.size(), predictions.size(), unknown.get(0)),
            "give the samples that the predictions are for");
      }
      Benchmark benchmark = config.format().benchmark("samples", config.protocol());
      List<JudgedAnswer> answers = new ArrayList<>();
      predictions.forEach(
          (id, prediction) ->
              answers.add(
                  new JudgedAnswer(
                      id, benchmark, Objects.requireNonNull(byId.get(id)), prediction)));
      return answers;
    }
  }

  private static List<String> lines(
      OptionalLong trial, List<JudgedAnswer> answers, List<Grading.Grade> grades) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      JsonObject line = new JsonObject();
      trial.ifPresent(id -> line.addProperty("trial_id", id));
      line.addProperty("sample_id", answers.get(i).id());
      line.addProperty("prediction", answers.get(i).prediction());
      line.addProperty("score", grades.get(i).score());
      line.addProperty("reply", grades.get(i).reply());
      lines.add(line.toString());
    }
    return lines;
  }

  private static JsonObject summary(
      ParetuneConfig config, TrialAnswers trial, List<Grading.Grade> grades) {
    JsonObject summary = new JsonObject();
    summary.addProperty("trial_id", trial.trial().trialId());
    add(summary, config, trial.answers(), grades);
    summary.addProperty("confirmed_score", trial.trial().heldOut().orElseThrow().score());
    return summary;
  }

  private static JsonObject summary(
      ParetuneConfig config, List<JudgedAnswer> answers, Grading grading, long requests) {
    JsonObject summary = new JsonObject();
    add(summary, config, answers, grading.grades());
    summary.addProperty("judged", grading.judged());
    summary.addProperty("judged_before", grading.judgedBefore());
    summary.addProperty("requests", requests);
    return summary;
  }

  private static void add(
      JsonObject summary,
      ParetuneConfig config,
      List<JudgedAnswer> answers,
      List<Grading.Grade> grades) {
    Map<String, Double> weights = new HashMap<>();
    config
        .benchmark()
        .severalIfSet()
        .orElse(List.of())
        .forEach(part -> weights.put(part.name(), part.weight()));
    Estimate score = Grading.score(answers, grades, name -> weights.getOrDefault(name, 1.0));
    summary.addProperty("score", score.value());
    summary.addProperty("score_low", score.low());
    summary.addProperty("score_high", score.high());
    summary.addProperty("questions", answers.size());
    summary.addProperty("by_rule", grades.stream().filter(Grading.Grade::byRule).count());
    summary.addProperty("model", config.judge().model());
    summary.addProperty("prompt_version", JudgePrompt.VERSION);
  }
}
