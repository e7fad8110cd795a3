package io.paretune.jobs.judge;

import com.google.gson.JsonObject;
import io.paretune.jobs.config.BenchmarkConfig;
import io.paretune.jobs.config.JudgeConfig;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.AnswersFile;
import io.paretune.jobs.frontier.RecordedStudy;
import io.paretune.jobs.ingest.Intake;
import io.paretune.jobs.ingest.PromptCheck;
import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.ingest.ScreenedSamples;
import io.paretune.jobs.ingest.SplitShares;
import io.paretune.jobs.score.AnsweredSamples;
import io.paretune.jobs.score.StoredAnswers;
import io.paretune.jobs.tables.JudgementsTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Estimate;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.spark.SampleRows;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.spark.sql.SparkSession;

/** What {@code judge} does; apart from the command, which must load without Spark. */
public final class JudgeProgram {
  /** Published files name no split, and here none is asked for. */
  private static final SplitShares ANY_SPLIT =
      new SplitShares(List.of(new SplitShares.Share("all", 1)));

  /** What the questions of files are called. */
  private static final String FILES = "samples";

  private JudgeProgram() {}

  /** Whose answers are graded. */
  public sealed interface Source {
    /**
     * Those of a file.
     *
     * @param samples the files that the questions are from
     * @param predictions what was answered
     */
    record Files(List<String> samples, StoredAnswers predictions) implements Source {}

    /**
     * Those of the configured study's trials to the held-out questions.
     *
     * @param ids the trials' numbers
     */
    record Trials(List<Long> ids) implements Source {}

    /** Those of the confirmed points of the configured study's latest frontier, likewise. */
    record Frontier() implements Source {}
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
      List<TrialAnswers> trials = new ArrayList<>();
      List<List<JudgedAnswer>> answers = new ArrayList<>();
      long toRefusedRows = 0;
      if (source instanceof Source.Files files) {
        warehouse.requireWritable(spark.sparkContext().hadoopConfiguration());
        AnsweredSamples answered = answered(spark, config.benchmark(), files);
        Benchmark benchmark = benchmark(config.benchmark());
        toRefusedRows = answered.toRefusedRows();
        answers.add(
            answered.answers().stream()
                .map(a -> new JudgedAnswer(a.sample().sampleId(), benchmark, a.sample(), a.text()))
                .toList());
        warehouse.createTables(spark);
      } else {
        RecordedStudy study = RecordedStudy.of(spark, config);
        warehouse.requireWritable(spark.sparkContext().hadoopConfiguration());
        trials.addAll(
            TrialAnswers.read(
                study,
                config.benchmark(),
                source instanceof Source.Trials chosen
                    ? study.trials(chosen.ids())
                    : TrialAnswers.confirmedFrontier(study)));
        trials.forEach(trial -> answers.add(trial.answers()));
      }
      ChatEndpoint endpoint = endpoint(judge);
      Grading grading =
          Grading.of(
              answers,
              new Judging(
                  judge, endpoint, new JudgementsTable(spark, warehouse), Clock.systemUTC()));
      List<String> lines = new ArrayList<>();
      List<JsonObject> summaries = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        List<Grading.Grade> own = grading.grades().get(i);
        OptionalLong trial =
            trials.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(trials.get(i).trial().trialId());
        lines.addAll(lines(trial, answers.get(i), own));
        JsonObject summary = summary(trial, config, answers.get(i), own);
        if (trials.isEmpty()) {
          summary.addProperty("to_refused_rows", toRefusedRows);
          summary.addProperty("judged", grading.judged());
          summary.addProperty("judged_before", grading.judgedBefore());
          summary.addProperty("requests", endpoint.requests());
        } else {
          summary.addProperty(
              "confirmed_score", trials.get(i).trial().heldOut().orElseThrow().score());
        }
        summaries.add(summary);
      }
      AnswersFile.write(out, lines);
      summaries.forEach(results::println);
    }
  }

  /** Of files there is one. */
  private static Benchmark benchmark(BenchmarkConfig config) {
    return config.format().benchmark(FILES, config.protocol());
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

  private static AnsweredSamples answered(
      SparkSession spark, BenchmarkConfig config, Source.Files files) {
    Intake intake =
        new Intake(
            FILES,
            config.format(),
            1,
            config.maximumRejectedShare(),
            config.images().orElse(""),
            config.format() == BenchmarkFormat.GENERIC ? SplitShares.NONE : ANY_SPLIT,
            PromptCheck.NONE);
    try (ScreenedSamples read = SamplesReader.read(spark, files.samples(), intake)) {
      List<AnsweredSamples.Row> rows =
          read.samples().drop("image").collectAsList().stream()
              .map(
                  row ->
                      new AnsweredSamples.Row(row.<Long>getAs("position"), SampleRows.sample(row)))
              .toList();
      List<AnsweredSamples.RefusedRow> refused =
          read.rejected().collectAsList().stream()
              .map(
                  row ->
                      new AnsweredSamples.RefusedRow(
                          row.<Long>getAs("position"), row.getAs("sample_id")))
              .toList();
      Problems problems = new Problems();
      AnsweredSamples answered =
          AnsweredSamples.of(
              files.predictions(),
              rows,
              refused,
              benchmark(config),
              AnsweredSamples.Extent.WHOLE_GROUPS,
              problems);
      if (problems.isEmpty() && answered.answers().isEmpty()) {
        problems.add(
            files.predictions().file().toString(), "answers only rows that cannot be used");
      }
      problems.throwIfAny();
      return answered;
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
      Grading.Grade grade = grades.get(i);
      line.addProperty("score", grade.score().isPresent() ? grade.score().getAsDouble() : null);
      line.addProperty("reply", grade.reply());
      line.addProperty("graded", grade.by().key());
      lines.add(line.toString());
    }
    return lines;
  }

  private static JsonObject summary(
      OptionalLong trial,
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
    JsonObject summary = new JsonObject();
    trial.ifPresent(id -> summary.addProperty("trial_id", id));
    summary.addProperty("score", score.value());
    summary.addProperty("score_low", score.low());
    summary.addProperty("score_high", score.high());
    summary.addProperty("questions", answers.size());
    for (Grading.By by : List.of(Grading.By.RULE, Grading.By.GROUP)) {
      summary.addProperty(by.key(), grades.stream().filter(g -> g.by() == by).count());
    }
    summary.addProperty("model", config.judge().model());
    summary.addProperty("prompt_version", JudgePrompt.VERSION);
    return summary;
  }
}
