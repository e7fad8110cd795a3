package io.paretune.jobs.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that fails as servers do. */
class ChatEndpointTest {
  private static final String KEY = "nvapi-s3cret";
  private static final JudgedAnswer ANSWER =
      new JudgedAnswer(
          "q1",
          new GenericBenchmark(""),
          new Sample("q1", "i1", "What color?", List.of(), List.of("red"), ""),
          "It is red.");
  private static final int ATTEMPTS = 4;

  private final FakeTime time = new FakeTime();
  private ChatServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ChatServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ChatEndpoint endpoint(String base, Duration timeout) {
    return new ChatEndpoint(
        base,
        ApiKey.of(Map.of("K", " " + KEY + "\n"), "K"),
        timeout,
        new RetryPolicy(ATTEMPTS, Duration.ofMillis(100), Duration.ofSeconds(1)),
        new RequestPace(6000, time),
        time,
        new Random(1));
  }

  private double judged() throws InterruptedException {
    return judged(endpoint(server.endpoint(), Duration.ofSeconds(20)));
  }

  private static double judged(ChatEndpoint endpoint) throws InterruptedException {
    return endpoint.complete(
        CapabilityProbe.request(ChatServer.MODEL, ANSWER, Set.of(Parameter.TEMPERATURE), 64),
        r -> JudgePrompt.score(ANSWER, r.text()));
  }

  @Test
  void aJudgementIsAskedForWithTheKeyAndRead() throws InterruptedException {
    ChatEndpoint endpoint = endpoint(server.endpoint() + "/", Duration.ofSeconds(20));

    assertThat(judged(endpoint)).isEqualTo(1);
    assertThat(endpoint.models()).containsExactly(ChatServer.MODEL);

    assertThat(server.keys()).containsExactly("Bearer " + KEY);
    assertThat(server.requests().get(0).get("temperature").getAsInt()).isZero();
    assertThat(server.requests().get(0).get("model").getAsString()).isEqualTo(ChatServer.MODEL);
    assertThat(endpoint.requests()).isEqualTo(2);
  }

  @Test
  void whatMayPassIsTriedAgain() throws InterruptedException {
    server.failing(
        ChatServer.status(500, "{\"error\":{\"message\":\"overloaded\"}}"),
        ChatServer.cut(),
        ChatServer.status(200, "{\"choices\": [ {\"mess"));
    assertThat(judged()).isEqualTo(1);
    assertThat(server.requests()).hasSize(ATTEMPTS);
  }

  @Test
  void aReplyWithoutAScoreIsTriedAgain() throws InterruptedException {
    server.failing(
        ChatServer.reply("I would say it is right."),
        ChatServer.reply("{\"score\": 7}"),
        ChatServer.reply("<think>{\"score\": 0}? No.</think>\n```json\n{\"score\": 0.5}\n```"));
    assertThat(judged()).isEqualTo(0.5);
  }

  @Test
  void pausesGrowToTheirLimitAndNeverExceedIt() throws InterruptedException {
    server.failing(
        ChatServer.status(503, ""), ChatServer.status(502, ""), ChatServer.status(429, ""));
    judged();
    assertThat(time.sleeps().stream().mapToLong(Duration::toMillis).sum()).isBetween(1L, 800L);
    RetryPolicy policy = RetryPolicy.of(9);
    Random random = new Random(3);
    for (int failed = 1; failed < 70; failed++) {
      long limit = failed > 6 ? 60_000 : 1000L << (failed - 1);
      assertThat(policy.pause(failed, java.util.Optional.empty(), random).toMillis())
          .isBetween(0L, limit);
    }
  }

  @Test
  void anEndpointIsNotAskedBeforeItSays() throws InterruptedException {
    server.failing(
        ChatServer.status(429, "{\"error\":{\"message\":\"slow down\"}}", "Retry-After", "7"));
    judged();
    assertThat(time.sleeps().stream().reduce(Duration.ZERO, Duration::plus))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void aDateToComeBackIsUnderstoodAndOneFarAwayEndsIt() {
    String tomorrow =
        ZonedDateTime.now(ZoneOffset.UTC).plusDays(1).format(DateTimeFormatter.RFC_1123_DATE_TIME);
    server.failing(ChatServer.status(429, "{}", "Retry-After", tomorrow));
    assertThatThrownBy(this::judged)
        .isInstanceOf(EndpointException.class)
        .hasMessageContaining("status 429")
        .hasMessageMatching(".*asks to come back in 14[34]\\d minutes");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aBodyThatTricklesInIsATimeOut() {
    server.failing(
        ChatServer.slow(5000), ChatServer.slow(5000), ChatServer.slow(5000), ChatServer.slow(5000));
    assertThatThrownBy(() -> judged(endpoint(server.endpoint(), Duration.ofMillis(150))))
        .isInstanceOf(EndpointException.class)
        .hasMessage(
            "POST %s/chat/completions failed 4 times, last: no reply within 150 ms"
                .formatted(server.endpoint()));
  }

  @Test
  void nobodyThereIsSaidAfterAllAttempts() {
    String gone = server.endpoint();
    server.close();
    assertThatThrownBy(() -> judged(endpoint(gone, Duration.ofSeconds(5))))
        .isInstanceOf(EndpointException.class)
        .hasMessageContaining("failed 4 times, last: the connection failed");
  }

  @Test
  void aRetiredModelIsAProblemWithARemedy() {
    server.failing(
        ChatServer.status(410, "{\"detail\":\"The model has reached its end of life\"}"));
    assertThatThrownBy(this::judged)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("judge.model")
        .hasMessageContaining("does not serve \"moonshotai/kimi-k2-instruct\" any more")
        .hasMessageContaining("end of life")
        .hasMessageContaining("name a model that it lists under /models");
    assertThat(server.requests()).as("tried once").hasSize(1);
  }

  @Test
  void aRefusedKeyIsAProblemAndNeverRepeated() {
    server.failing(
        ChatServer.status(
            401, "{\"error\":{\"message\":\"Incorrect API key provided: " + KEY + "\"}}"));
    assertThatThrownBy(this::judged)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not accept the key")
        .hasMessageContaining("Incorrect API key provided: (key)")
        .hasMessageNotContaining("s3cret");
    assertThat(ApiKey.of(Map.of("K", KEY), "K")).hasToString("(key)");
  }

  @Test
  void aWebPageIsNoEndpoint() {
    server.failing(ChatServer.status(302, "", "Location", "http://127.0.0.1:1/"));
    assertThatThrownBy(this::judged)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("answers with status 302")
        .hasMessageContaining("up to /v1");
  }

  @Test
  void theProbeFindsWhatAnEndpointTakes() throws InterruptedException {
    server.refusing("seed", "max_tokens", "response_format");
    ChatEndpoint endpoint = endpoint(server.endpoint(), Duration.ofSeconds(20));
    assertThat(new CapabilityProbe(endpoint, ChatServer.MODEL, 64).run())
        .containsExactlyInAnyOrder(Parameter.TEMPERATURE, Parameter.MAX_COMPLETION_TOKENS);
    assertThat(server.requests().get(3).get("max_completion_tokens").getAsInt()).isEqualTo(64);
  }

  @Test
  void theProbeKnowsModelsThatAreNotServed() {
    server.serving("moonshotai/kimi-k2-instruct-0905", "meta/llama-3.3-70b-instruct");
    ChatEndpoint endpoint = endpoint(server.endpoint(), Duration.ofSeconds(20));
    assertThatThrownBy(() -> new CapabilityProbe(endpoint, "moonshotai/kimi-k2", 64).run())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not serve \"moonshotai/kimi-k2\"")
        .hasMessageContaining("moonshotai/kimi-k2-instruct-0905");
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 405, 422, 501})
  void anEndpointWithoutAListOfModelsCanJudge(int status) throws InterruptedException {
    server.listing(status);
    ChatEndpoint endpoint = endpoint(server.endpoint(), Duration.ofSeconds(20));
    assertThat(new CapabilityProbe(endpoint, ChatServer.MODEL, 64).run())
        .contains(Parameter.TEMPERATURE, Parameter.SEED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"data\": null}", "{\"data\": {}}", "{\"data\": [{\"id\": null}]}", "[]", "hi"})
  void anEndpointWhoseListOfModelsCannotBeReadCanJudge(String list) throws InterruptedException {
    server.listing(list);
    ChatEndpoint endpoint = endpoint(server.endpoint(), Duration.ofSeconds(20));
    assertThat(new CapabilityProbe(endpoint, ChatServer.MODEL, 64).run())
        .contains(Parameter.TEMPERATURE, Parameter.SEED);
    assertThat(endpoint.requests()).as("asked for again").isEqualTo(ATTEMPTS + 1);
  }

  @Test
  void aRefusalThatNamesNoParameterIsAProblem() {
    server.failing(ChatServer.status(400, "{\"error\":{\"message\":\"no credits left\"}}"));
    ChatEndpoint endpoint = endpoint(server.endpoint(), Duration.ofSeconds(20));
    assertThatThrownBy(() -> new CapabilityProbe(endpoint, ChatServer.MODEL, 64).run())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("status 400: no credits left");
  }
}
