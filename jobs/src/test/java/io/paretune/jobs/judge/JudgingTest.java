package io.paretune.jobs.judge;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.config.JudgeConfig;
import io.paretune.jobs.tables.JudgementRecord;
import io.paretune.jobs.tables.JudgementsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.MmBench;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Grades come from the table where they are there, and are in the table before they count. */
class JudgingTest {
  private static final String KEY = "nvapi-s3cret";

  @TempDir static Path directory;
  private static JudgementsTable table;

  private String question = "";
  private ChatServer server;

  @BeforeAll
  static void createTable() {
    Warehouse warehouse = Warehouse.at("warehouse", directory.toString());
    warehouse.createTables(SharedSpark.session());
    table = new JudgementsTable(SharedSpark.session(), warehouse);
  }

  @BeforeEach
  void start(TestInfo test) throws IOException {
    question = test.getDisplayName(); // so that no test finds another's judgements
    server = new ChatServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<JudgedAnswer> answers(String... predictions) {
    List<JudgedAnswer> answers = new ArrayList<>();
    for (String prediction : predictions) {
      answers.add(answer("b", "q" + answers.size(), "i", List.of("red", "crimson"), prediction));
    }
    return answers;
  }

  private JudgedAnswer answer(
      String benchmark, String id, String image, List<String> references, String prediction) {
    Sample sample = new Sample(id, image, question, List.of(), references, "");
    return new JudgedAnswer(id, new GenericBenchmark(benchmark), sample, prediction);
  }

  private Judging judging(String model) {
    FakeTime time = new FakeTime();
    JudgeConfig config =
        new JudgeConfig(
            Optional.of(server.endpoint()),
            Optional.of(model),
            "K",
            6000,
            3,
            Duration.ofSeconds(20),
            3,
            64);
    ChatEndpoint endpoint =
        new ChatEndpoint(
            config.endpoint(),
            ApiKey.of(Map.of("K", KEY), "K"),
            config.timeout(),
            new RetryPolicy(config.attempts(), Duration.ofMillis(1), Duration.ofMillis(8)),
            new RequestPace(config.requestsPerMinute(), time),
            time,
            new Random(1));
    return new Judging(config, endpoint, table, Clock.systemUTC());
  }

  private Judging.Result judge(List<JudgedAnswer> answers) throws InterruptedException {
    return judging(ChatServer.MODEL).run(answers);
  }

  private static List<Double> scores(Judging.Result result) {
    return result.judgements().stream().map(JudgementRecord::score).toList();
  }

  @Test
  void whatWasJudgedIsNotAskedAgain() throws InterruptedException {
    List<JudgedAnswer> answers = answers("red", "blue", "half red?", "red", "half");

    Judging.Result first = judge(answers);

    assertThat(scores(first)).containsExactly(1.0, 0.0, 1.0, 1.0, 0.5);
    assertThat(first.judged()).as("the same answer twice is one").isEqualTo(4);
    assertThat(server.requests()).as("a probe and the judgements").hasSize(5);
    assertThat(server.mostInFlight()).isLessThanOrEqualTo(3);
    assertThat(first.judgements().get(0))
        .returns(ChatServer.MODEL, JudgementRecord::model)
        .returns(ChatServer.MODEL + "-0905", JudgementRecord::servedModel)
        .returns(server.endpoint(), JudgementRecord::endpoint)
        .returns(JudgePrompt.VERSION, JudgementRecord::promptVersion)
        .returns("red", JudgementRecord::prediction)
        .returns(List.of("red", "crimson"), JudgementRecord::answers)
        .returns(100L, JudgementRecord::promptTokens);

    server.close(); // nobody is needed any more
    Judging.Result again = judge(answers);
    assertThat(again.judgements()).isEqualTo(first.judgements());
    assertThat(again.fromTable()).isEqualTo(4);
    assertThat(again.judged()).isZero();
  }

  /** As MMBench is published: its rules first, the judge for the rest, all rotations together. */
  @Test
  void aJudgeSaysWhichOptionWhereMmBenchsRulesFindNone() throws InterruptedException {
    MmBench benchmark = new MmBench("b", Protocol.LLAVA);
    List<String> options = List.of("small cat", "big dog");
    List<String> rotated = List.of("big dog", "small cat");
    List<JudgedAnswer> answers =
        List.of(
            rotation(benchmark, "1", "1", options, "A", "A."),
            rotation(benchmark, "1000001", "1", rotated, "B", "it seems to be some cat"),
            rotation(benchmark, "2", "2", options, "A", "a cat I think"),
            rotation(benchmark, "1000002", "2", rotated, "B", "perhaps a fish"),
            rotation(benchmark, "3", "3", options, "B", "A"),
            rotation(benchmark, "4", "4", options, "B", ""));

    Grading grading = Grading.of(List.of(answers), judging(ChatServer.MODEL));

    List<Grading.Grade> grades = grading.grades().get(0);
    assertThat(grades)
        .extracting(grade -> grade.score().orElseThrow())
        .containsExactly(1.0, 1.0, 1.0, 0.0, 0.0, 0.0);
    assertThat(grades)
        .extracting(Grading.Grade::by)
        .containsExactly(
            Grading.By.RULE,
            Grading.By.JUDGE,
            Grading.By.JUDGE,
            Grading.By.JUDGE,
            Grading.By.RULE,
            Grading.By.RULE);
    assertThat(grading.judged()).isEqualTo(3);
    assertThat(server.requests()).as("one probe").hasSize(4);
    assertThat(server.requests().subList(1, 4))
        .as(
            "after the probe, in any order: as its options stand in its rotation, without the"
                + " answer")
        .extracting(JsonObject::toString)
        .anyMatch(request -> request.contains("A. big dog"))
        .noneMatch(request -> request.contains("reference_answers"));
    assertThat(Grading.score(answers, grades, name -> 1).value())
        .as("one of four questions is right in every rotation")
        .isEqualTo(0.25);
  }

  /** A question is lost with its first wrong rotation, for the model that gave it. */
  @Test
  void nobodyIsAskedAboutRotationsOfALostQuestion() throws InterruptedException {
    MmBench benchmark = new MmBench("b", Protocol.LLAVA);
    List<String> options = List.of("small cat", "big dog");
    List<String> rotated = List.of("big dog", "small cat");
    List<JudgedAnswer> first =
        List.of(
            rotation(benchmark, "1", "1", options, "A", "some cat"), // not asked: the rule below
            rotation(benchmark, "1000001", "1", rotated, "B", "A"),
            rotation(benchmark, "2", "2", options, "A", "perhaps a fish"),
            rotation(benchmark, "1000002", "2", rotated, "B", "a cat, yes")); // not asked
    List<JudgedAnswer> second =
        List.of(
            rotation(benchmark, "1", "1", options, "A", "A"),
            rotation(benchmark, "1000001", "1", rotated, "B", "a cat, yes"),
            rotation(benchmark, "2", "2", options, "A", "some cat"),
            rotation(benchmark, "1000002", "2", rotated, "B", "B"));

    Grading grading = Grading.of(List.of(first, second), judging(ChatServer.MODEL));

    assertThat(grading.grades().get(0))
        .extracting(Grading.Grade::by)
        .containsExactly(Grading.By.GROUP, Grading.By.RULE, Grading.By.JUDGE, Grading.By.GROUP);
    assertThat(grading.grades().get(0).get(0).score()).isEmpty();
    assertThat(server.requests()).as("a probe and three judgements").hasSize(4);
    assertThat(Grading.score(first, grading.grades().get(0), name -> 1).value()).isZero();
    assertThat(Grading.score(second, grading.grades().get(1), name -> 1).value()).isEqualTo(1);
  }

  private JudgedAnswer rotation(
      MmBench benchmark,
      String id,
      String group,
      List<String> options,
      String right,
      String prediction) {
    Sample sample =
        new Sample("b", id, "i" + group, question, "", options, List.of(right), "", group, "");
    return new JudgedAnswer(id, benchmark, sample, prediction);
  }

  @Test
  void anotherModelOrQuestionIsAnotherJudgement() {
    Judging judging = judging(ChatServer.MODEL);
    JudgedAnswer answer = answers("red").get(0);
    String hash = judging.hash(answer);
    assertThat(hash).matches("[0-9a-f]{64}").isEqualTo(judging(ChatServer.MODEL).hash(answer));
    assertThat(judging("another").hash(answer)).isNotEqualTo(hash);
    assertThat(judging.hash(answers("Red").get(0))).isNotEqualTo(hash);
    assertThat(judging.hash(answer("c", "other id", "j", answer.answers(), "red")))
        .as("whose question it is does not matter")
        .isEqualTo(hash);
  }

  @Test
  void oneAnswerThatCannotBeJudgedLosesNoOther() throws InterruptedException {
    List<JudgedAnswer> answers = answers("red", "blue");
    judge(answers("red")); // the probe and one judgement
    server.failing(
        ChatServer.reply("{\"score\": 1}"), // the probe
        ChatServer.reply("no"),
        ChatServer.reply("no"),
        ChatServer.reply("no"));

    assertThatThrownBy(() -> judge(answers))
        .isInstanceOf(EndpointException.class)
        .hasMessageContaining("1 of 1 answers could not be judged")
        .hasMessageContaining("sample q1")
        .hasMessageContaining("no {\"score\": 0 to 1}: no");

    int before = server.requests().size();
    assertThat(scores(judge(answers))).containsExactly(1.0, 0.0);
    assertThat(server.requests()).as("the probe and the one that was open").hasSize(before + 2);
  }

  @Test
  void anAnswerThatIsTooLongForTheEndpointLosesNoOther() {
    server.failing(
        ChatServer.reply("{\"score\": 1}"), // the probe
        ChatServer.status(413, "{\"detail\":\"Payload Too Large\"}"));

    assertThatThrownBy(() -> judge(answers("red", "blue")))
        .isInstanceOf(EndpointException.class)
        .hasMessageContaining("1 of 2 answers could not be judged")
        .hasMessageContaining("status 413: \"Payload Too Large\"");
    assertThat(table.read().where(col("question").equalTo(question)).count()).isEqualTo(1);
  }

  @Test
  void repliesBehindTheOneThatEndsTheRunAreKept() {
    List<ChatServer.Failure> failures =
        new ArrayList<>(Collections.nCopies(57, ChatServer.reply("{\"score\": 1}")));
    failures.add(ChatServer.status(401, "")); // while the first 50 are written
    server.failing(failures.toArray(ChatServer.Failure[]::new));
    String[] many = IntStream.range(0, 67).mapToObj(i -> "red " + i).toArray(String[]::new);

    assertThatThrownBy(() -> judge(answers(many)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not accept the key");
    assertThat(table.read().where(col("question").equalTo(question)).count())
        .isGreaterThan(56)
        .isLessThanOrEqualTo(66);
  }

  @Test
  void whatWasJudgedBeforeAnEndpointDiedIsKept() {
    String[] many = new String[40];
    for (int i = 0; i < many.length; i++) {
      many[i] = "red " + i;
    }
    List<ChatServer.Failure> failures = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      failures.add(ChatServer.reply("{\"score\": 1}"));
    }
    failures.addAll(Collections.nCopies(200, ChatServer.status(500, "")));
    server.failing(failures.toArray(ChatServer.Failure[]::new));

    assertThatThrownBy(() -> judge(answers(many)))
        .isInstanceOf(EndpointException.class)
        .hasMessageContaining("failed 3 times, last: status 500");
    assertThat(table.read().where(col("question").equalTo(question)).count()).isBetween(6L, 8L);
  }

  @Test
  void aModelThatIsRetiredMeanwhileEndsTheRun() {
    server.failing(
        ChatServer.reply("{\"score\": 1}"), ChatServer.status(404, "{\"detail\":\"Not Found\"}"));
    assertThatThrownBy(() -> judge(answers("red")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not serve \"" + ChatServer.MODEL + "\"");
  }

  @Test
  void theKeyIsInNoTable() throws Exception {
    server.failing(
        ChatServer.reply("{\"score\": 1}"),
        ChatServer.reply("You sent " + KEY + " and {\"score\": 1}"));
    Judging.Result result = judge(answers("red"));
    assertThat(server.keys()).containsOnly("Bearer " + KEY);
    assertThat(result.judgements().get(0).reply()).isEqualTo("You sent (key) and {\"score\": 1}");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("s3cret");
      }
    }
  }
}
