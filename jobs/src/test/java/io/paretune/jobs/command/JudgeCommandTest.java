package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.ingest.Ingest;
import io.paretune.jobs.ingest.Intake;
import io.paretune.jobs.ingest.SampleFiles;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialCost;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code judge} as a user calls it, against a server that finds every third answer right. */
class JudgeCommandTest {
  private static final AtomicInteger ASKED = new AtomicInteger();

  @TempDir static Path shared;
  private static String samples;
  private static List<Row> questions;
  private static HttpServer server;

  @BeforeAll
  static void start() throws IOException {
    samples =
        DemoSamples.first(SharedSpark.session(), shared.resolve("s.parquet"), Map.of("val", 9));
    questions = SharedSpark.session().read().parquet(samples).orderBy("sample_id").collectAsList();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.createContext(
        "/v1",
        exchange -> {
          String body = "{\"data\":[{\"id\":\"judge\"}]}";
          if (exchange.getRequestMethod().equals("POST")) {
            String asked =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            ASKED.incrementAndGet();
            String score = asked.contains("right indeed") ? "1" : "0.25";
            body =
                "{\"model\":\"judge\",\"choices\":[{\"message\":{\"content\":\"{\\\"score\\\": %s}\"}}]}"
                    .formatted(score);
          }
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }

  private static Path predictions(String... lines) throws IOException {
    return Files.write(Files.createTempFile(shared, "predictions", ".jsonl"), List.of(lines));
  }

  private static String line(int question, String prediction) {
    JsonObject line = new JsonObject();
    line.addProperty("sample_id", questions.get(question).<String>getAs("sample_id"));
    line.addProperty("prediction", prediction);
    return line.toString();
  }

  private static Ran judge(Path predictions, Path out, String... more) {
    return judgeFile(samples, predictions, out, more);
  }

  private static Ran judgeFile(String file, Path predictions, Path out, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "judge",
                "--samples",
                file,
                "--predictions",
                predictions.toString(),
                "--out",
                out.toString(),
                "warehouse=" + shared.resolve("warehouse"),
                "judge.endpoint=http://127.0.0.1:" + server.getAddress().getPort() + "/v1",
                "judge.model=judge",
                "judge.requests-per-minute=100000"));
    words.addAll(List.of(more));
    return Ran.command(shared.resolve("logs"), words.toArray(String[]::new));
  }

  @Test
  void answersAreGradedOnceAndForAll() throws IOException {
    Path out = shared.resolve("graded.jsonl");
    Path predictions =
        predictions(line(2, "right indeed"), line(0, "wrong"), line(1, "wrong"), line(5, ""));

    Ran ran = judge(predictions, out);

    assertThat(ran.status()).as(ran.err()).isZero();
    JsonObject summary = JsonParser.parseString(ran.out()).getAsJsonObject();
    assertThat(summary.get("score").getAsDouble()).isEqualTo((1 + 3 * 0.25) / 4);
    assertThat(summary.get("score_low").getAsDouble())
        .isLessThan(summary.get("score").getAsDouble());
    assertThat(summary.get("score_high").getAsDouble())
        .isGreaterThan(summary.get("score").getAsDouble());
    assertThat(summary.get("questions").getAsInt()).isEqualTo(4);
    assertThat(summary.get("model").getAsString()).isEqualTo("judge");
    assertThat(summary.get("prompt_version").getAsString()).isEqualTo("1");
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0))
        .contains(questions.get(2).<String>getAs("sample_id"), "right indeed", "\"score\":1");

    int asked = ASKED.get();
    Ran again = judge(predictions, out);
    assertThat(again.status()).isZero();
    assertThat(ASKED).as("all are in the table").hasValue(asked);
    JsonObject second = JsonParser.parseString(again.out()).getAsJsonObject();
    assertThat(second.get("score")).isEqualTo(summary.get("score"));
    assertThat(second.get("requests").getAsInt()).isZero();
  }

  @Test
  void aPublishedFilesAnswersCountInItsOwnMetric() throws IOException {
    String row =
        "select %dL as index, 'Which?' as question, '' as hint, '%s' as answer, 'x' as A, 'y' as B,"
            + " 'action' as category, image from demo";
    SharedSpark.session().read().parquet(samples).limit(1).createOrReplaceTempView("demo");
    String file =
        new SampleFiles(SharedSpark.session())
            .writeOne(
                SharedSpark.session()
                    .sql(
                        String.join(
                            " union all ",
                            row.formatted(1, "A"),
                            row.formatted(1_000_001, "B"),
                            row.formatted(2, "A"),
                            row.formatted(1_000_002, "B"),
                            row.formatted(3, "which?"))),
                shared.resolve("mmbench.parquet"));
    String line = "{\"sample_id\": \"%d\", \"prediction\": \"%s\"}";

    Ran ran =
        judgeFile(
            file,
            predictions(
                line.formatted(1, "A"),
                line.formatted(1_000_001, "(B)"),
                "{\"row\": 2, \"text\": \"A.\"}",
                "{\"row\": 3, \"text\": \"A\"}",
                "{\"row\": 4, \"text\": \"A\"}"),
            shared.resolve("mmbench.jsonl"),
            "benchmark.format=mmbench",
            "benchmark.max-rejected-share=0.2");

    assertThat(ran.status()).as(ran.err()).isZero();
    JsonObject summary = JsonParser.parseString(ran.out()).getAsJsonObject();
    assertThat(summary.get("score").getAsDouble())
        .as("one of two, in every rotation")
        .isEqualTo(.5);
    assertThat(summary.get("by_rule").getAsInt()).isEqualTo(4);
    assertThat(summary.get("requests").getAsInt()).isZero();
    assertThat(summary.get("to_refused_rows").getAsInt()).isEqualTo(1);
  }

  @Test
  void everythingThatIsWrongIsSaidTogether() throws IOException {
    Path predictions = predictions(line(0, "a"), "{\"prediction\": 3}", "no json", line(0, "b"));

    Ran ran = judge(predictions, shared.resolve("missing/out.jsonl"));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .contains("--out: there is no directory")
        .contains(predictions + ":2: must have either \"row\" or \"sample_id\"")
        .contains(predictions + ":3: is no JSON")
        .contains(predictions + ":4: sample \"")
        .contains("was answered before");
  }

  @Test
  void predictionsOfOtherQuestionsAreRefused() throws IOException {
    Path out = shared.resolve("none.jsonl");
    Ran ran = judge(predictions("{\"sample_id\":\"other\",\"prediction\":\"x\"}"), out);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .contains("1 of 1 answers are of no question in the samples: sample \"other\"");
    assertThat(out).doesNotExist();
  }

  /** Trials whose held-out answers are in the tables, every third of them right. */
  private static void confirm(Warehouse warehouse, long... ids) {
    String version =
        Ingest.run(SharedSpark.session(), warehouse, List.of(samples), Intake.strict("demo", 1))
            .version();
    List<TrialRecord> trials = new ArrayList<>();
    for (long id : ids) {
      trials.add(
          TrialRecord.running(
                  "judged",
                  id,
                  "run",
                  TrialOrigin.SAMPLER,
                  "model",
                  version,
                  new Workload(1, 10),
                  CompressionProfile.uniform(CriterionName.WANDA, 4, 0.5, 16, 16),
                  new TrialCost(900, 0, 1000, 0.5, 16),
                  0.2,
                  Instant.EPOCH,
                  1)
              .completed(new TrialScore(0.5, 0.4, 0.6, Map.of("demo", 0.5), 9), Instant.EPOCH, 1)
              .confirmed(new HeldOut(0.25, Answering.of(EvaluationMode.GENERATE), 0.5)));
      new ShardResultsTable(SharedSpark.session(), warehouse)
          .append("test", id, List.of(answersOf(id)));
    }
    new TrialsTable(SharedSpark.session(), warehouse).upsert(trials);
  }

  private static ShardResultRecord answersOf(long id) {
    List<ShardResultRecord.Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      outcomes.add(
          new ShardResultRecord.Outcome(
              questions.get(i).getAs("sample_id"),
              i % 3 == 0 ? "right indeed, says " + id : "wrong",
              0));
    }
    return new ShardResultRecord(
        "judged",
        id,
        0,
        0,
        "val",
        Answering.of(EvaluationMode.GENERATE),
        0,
        outcomes,
        1,
        "executor",
        0);
  }

  private static Ran judgeTrials(Path out, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "judge",
                "--out",
                out.toString(),
                "warehouse=" + shared.resolve("warehouse"),
                "study.name=judged",
                "benchmark.splits.search=train",
                "benchmark.splits.held-out=val",
                "judge.endpoint=http://127.0.0.1:" + server.getAddress().getPort() + "/v1",
                "judge.model=judge",
                "judge.requests-per-minute=100000"));
    words.addAll(List.of(more));
    return Ran.command(shared.resolve("logs"), words.toArray(String[]::new));
  }

  @Test
  void confirmedTrialsAreGradedFromTheirTables() throws IOException {
    confirm(Warehouse.at("warehouse", shared.resolve("warehouse").toString()), 3, 4);
    Path out = shared.resolve("trials.jsonl");

    Ran ran = judgeTrials(out, "--trial", "3,4");

    assertThat(ran.status()).as(ran.err()).isZero();
    List<String> objects = ran.out().lines().toList();
    assertThat(objects).hasSize(2);
    for (int i = 0; i < 2; i++) {
      JsonObject trial = JsonParser.parseString(objects.get(i)).getAsJsonObject();
      assertThat(trial.get("trial_id").getAsLong()).isEqualTo(3 + i);
      assertThat(trial.get("score").getAsDouble()).isEqualTo((3 + 6 * 0.25) / 9);
      assertThat(trial.get("confirmed_score").getAsDouble()).isEqualTo(0.25);
      assertThat(trial.get("questions").getAsInt()).isEqualTo(9);
    }
    assertThat(Files.readAllLines(out))
        .hasSize(18)
        .allMatch(l -> l.startsWith("{\"trial_id\":3,") || l.startsWith("{\"trial_id\":4,"));

    int asked = ASKED.get();
    assertThat(judgeTrials(out, "--trial", "3,4").out()).isEqualTo(ran.out());
    assertThat(ASKED).as("all are in the table").hasValue(asked);

    Ran unknown = judgeTrials(out, "--trial", "9");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("--trial: study \"judged\" has no trial 9");
    Ran frontier = judgeTrials(out);
    assertThat(frontier.status()).isEqualTo(2);
    assertThat(frontier.err()).contains("study \"judged\" has no confirmed frontier");
    Ran both = judgeTrials(out, "--trial", "3", "--samples", samples);
    assertThat(both.err()).contains("--trial: is given with files", "--predictions: is not given");
  }
}
