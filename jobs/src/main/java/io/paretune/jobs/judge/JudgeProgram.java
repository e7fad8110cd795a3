package io.paretune.jobs.judge;

import static org.apache.spark.sql.functions.broadcast;

import com.google.gson.JsonObject;
import io.paretune.jobs.config.JudgeConfig;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.jobs.fanout.AnswersFile;
import io.paretune.jobs.ingest.Intake;
import io.paretune.jobs.ingest.SamplesReader;
import io.paretune.jobs.ingest.ScreenedSamples;
import io.paretune.jobs.tables.JudgementRecord;
import io.paretune.jobs.tables.JudgementsTable;
import io.paretune.jobs.tables.Sessions;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.Estimate;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What {@code judge} does; apart from the command, which must load without Spark. */
public final class JudgeProgram {
  private JudgeProgram() {}

  /**
   * Grades stored answers and prints what they are worth as one JSON object.
   *
   * @param samples the files that the questions are from
   * @param predictions by question
   * @param out where each answer's score goes, one JSON line a question
   * @throws InvalidInputException if the questions are not there, or the endpoint cannot judge with
   *     this configuration
   */
  public static void run(
      ParetuneConfig config,
      List<String> samples,
      Map<String, String> predictions,
      Path out,
      PrintStream results)
      throws IOException, InterruptedException {
    JudgeConfig judge = config.judge();
    Warehouse warehouse = Warehouse.at("warehouse", config.warehouse());
    try (Sessions.Opened session = Sessions.open("paretune judge")) {
      SparkSession spark = session.spark();
      warehouse.requireWritable(spark.sparkContext().hadoopConfiguration());
      List<JudgedAnswer> answers = answers(spark, samples, predictions);
      warehouse.createTables(spark);
      ChatEndpoint endpoint = endpoint(judge);
      Judging.Result result =
          new Judging(judge, endpoint, new JudgementsTable(spark, warehouse), Clock.systemUTC())
              .run(answers);
      AnswersFile.write(out, lines(answers, result));
      results.println(summary(judge, answers, result, endpoint.requests()));
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
      SparkSession spark, List<String> samples, Map<String, String> predictions) {
    try (ScreenedSamples read = SamplesReader.read(spark, samples, Intake.strict("samples", 1))) {
      Dataset<Row> wanted =
          spark
              .createDataset(List.copyOf(predictions.keySet()), Encoders.STRING())
              .toDF("sample_id");
      Map<String, Row> byId = new HashMap<>();
      read.samples()
          .select("sample_id", "image_id", "question", "answers")
          .join(broadcast(wanted), "sample_id")
          .collectAsList()
          .forEach(row -> byId.put(row.getAs("sample_id"), row));
      List<String> unknown =
          predictions.keySet().stream().filter(id -> !byId.containsKey(id)).toList();
      if (!unknown.isEmpty()) {
        throw new InvalidInputException(
            "--predictions",
            "%d of %d are of no question in the samples, such as \"%s\""
                .formatted(unknown.size(), predictions.size(), unknown.get(0)),
            "give the samples that the predictions are for");
      }
      List<JudgedAnswer> answers = new ArrayList<>();
      predictions.forEach(
          (id, prediction) -> {
            Row row = Objects.requireNonNull(byId.get(id));
            answers.add(
                new JudgedAnswer(
                    id,
                    row.getAs("image_id"),
                    row.getAs("question"),
                    row.getList(row.fieldIndex("answers")),
                    prediction));
          });
      return answers;
    }
  }

  private static List<String> lines(List<JudgedAnswer> answers, Judging.Result result) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      JudgementRecord judgement = result.judgements().get(i);
      JsonObject line = new JsonObject();
      line.addProperty("sample_id", answers.get(i).sampleId());
      line.addProperty("prediction", answers.get(i).prediction());
      line.addProperty("score", judgement.score());
      line.addProperty("reply", judgement.reply());
      lines.add(line.toString());
    }
    return lines;
  }

  /** The mean grade, its interval clustered by image as every score's. */
  private static Estimate score(List<JudgedAnswer> answers, Judging.Result result) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      JudgedAnswer answer = answers.get(i);
      outcomes.add(
          new Outcome(
              answer.sampleId(),
              new Tally.Cell("samples", answer.imageId(), "", "", ""),
              answer.prediction(),
              result.judgements().get(i).score(),
              List.of()));
    }
    return new GenericBenchmark("samples").score(Tally.of(outcomes));
  }

  private static JsonObject summary(
      JudgeConfig judge, List<JudgedAnswer> answers, Judging.Result result, long requests) {
    JsonObject summary = new JsonObject();
    Estimate score = score(answers, result);
    summary.addProperty("score", score.value());
    summary.addProperty("score_low", score.low());
    summary.addProperty("score_high", score.high());
    summary.addProperty("questions", answers.size());
    summary.addProperty("judged", result.judged());
    summary.addProperty("judged_before", result.fromTable());
    summary.addProperty("requests", requests);
    summary.addProperty("model", judge.model());
    summary.addProperty("prompt_version", JudgePrompt.VERSION);
    return summary;
  }
}
