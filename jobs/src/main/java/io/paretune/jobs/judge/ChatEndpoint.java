package io.paretune.jobs.judge;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint that speaks the OpenAI chat protocol. Requests wait for their token of the pace, and
 * are repeated where another attempt can help: cut connections, time-outs, status 408, 425, 429 and
 * 5xx, replies that cannot be read. Safe for use by many threads.
 */
final class ChatEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(ChatEndpoint.class);

  private static final int TOO_MANY = 429;

  /** Answers to a request for the models by which an endpoint says that it keeps no list. */
  private static final Set<Integer> NO_LIST = Set.of(400, 404, 405, 410, 422, 501);

  private final HttpClient http =
      HttpClient.newBuilder()
          // By http: the JDK would else ask to change to HTTP/2, and servers on uvicorn, such as
          // vLLM's, lose the body of a request that does
          // (github.com/vllm-project/vllm/issues/57203).
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(20))
          // A redirect would carry the key elsewhere.
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final String base;
  private final ApiKey key;
  private final Duration timeout;
  private final RetryPolicy retries;
  private final RequestPace pace;
  private final Ticker ticker;
  private final RandomGenerator random;
  private final AtomicLong requests = new AtomicLong();

  /**
   * An endpoint; nothing is sent yet.
   *
   * @param base up to and including {@code /v1}
   * @param timeout of one attempt, from sending to the reply's last byte
   * @param random of the pauses; used by one thread at a time
   */
  ChatEndpoint(
      String base,
      ApiKey key,
      Duration timeout,
      RetryPolicy retries,
      RequestPace pace,
      Ticker ticker,
      RandomGenerator random) {
    this.base = base.replaceAll("/+$", "");
    this.key = key;
    this.timeout = timeout;
    this.retries = retries;
    this.pace = pace;
    this.ticker = ticker;
    this.random = random;
  }

  /** Requests sent so far, repeated ones counted. */
  long requests() {
    return requests.get();
  }

  /** The names of the models that it serves; empty where it keeps no list. */
  List<String> models() throws InterruptedException {
    return attempt(
        "GET",
        "/models",
        HttpRequest.BodyPublishers.noBody(),
        Optional.empty(),
        response -> response.statusCode() == 200 ? modelIds(response.body()) : List.of());
  }

  /**
   * A chat's reply, as {@code read} takes it.
   *
   * @param body the request
   * @param read throws {@link MalformedReplyException} where another attempt may give a better one
   * @throws RefusedRequestException if the endpoint does not accept the request
   * @throws InvalidInputException if the model or the key is not accepted
   * @throws UnreadableException if the last attempt's reply cannot be read either
   * @throws EndpointException if no attempt succeeded otherwise
   */
  <T> T complete(JsonObject body, Function<ChatReply, T> read) throws InterruptedException {
    return attempt(
        "POST",
        "/chat/completions",
        HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8),
        Optional.of(body.get("model").getAsString()),
        response -> read.apply(ChatReply.parse(key.redacted(response.body()))));
  }

  /**
   * Why an attempt did not succeed.
   *
   * @param retryAfter what the endpoint asks for
   * @param answered whether there was a reply, which could not be read
   */
  private record Setback(String what, Optional<Duration> retryAfter, boolean answered) {}

  private <T> T attempt(
      String method,
      String path,
      HttpRequest.BodyPublisher body,
      Optional<String> model,
      Function<HttpResponse<String>, T> read)
      throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method(method, body)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json");
    key.authorize(request);
    Setback last = new Setback("", Optional.empty(), false);
    for (int attempt = 1; attempt <= retries.attempts(); attempt++) {
      RequestPace.Token token = pace.take();
      requests.incrementAndGet();
      try {
        HttpResponse<String> response = send(request.build());
        Optional<Setback> setback = setback(response, path, model);
        if (setback.isEmpty()) {
          pace.answered();
          return read.apply(response);
        }
        if (response.statusCode() == TOO_MANY) {
          pace.refused(token);
        }
        last = setback.get();
      } catch (IOException e) {
        last = new Setback("the connection failed: " + e, Optional.empty(), false);
      } catch (TimeoutException e) {
        last =
            new Setback("no reply within " + timeout.toMillis() + " ms", Optional.empty(), false);
      } catch (MalformedReplyException e) {
        last = new Setback(String.valueOf(e.getMessage()), Optional.empty(), true);
      }
      if (attempt < retries.attempts()) {
        pause(method + " " + base + path, attempt, last);
      }
    }
    String failed =
        "%s %s%s failed %d times, last: %s"
            .formatted(method, base, path, retries.attempts(), key.redacted(last.what()));
    throw last.answered() ? new UnreadableException(failed) : new EndpointException(failed);
  }

  private void pause(String request, int attempt, Setback last) throws InterruptedException {
    Optional<Duration> asked = last.retryAfter();
    if (asked.isPresent() && asked.get().compareTo(RetryPolicy.MOST_PATIENCE) > 0) {
      throw new EndpointException(
          "%s: %s, and asks to come back in %d minutes"
              .formatted(request, key.redacted(last.what()), asked.get().toMinutes()));
    }
    asked.ifPresent(pace::hold);
    Duration pause;
    synchronized (random) {
      pause = retries.pause(attempt, asked, random);
    }
    LOG.info(
        "{}: attempt {} of {}: {}; again in {} ms",
        request,
        attempt,
        retries.attempts(),
        key.redacted(last.what()),
        pause.toMillis());
    ticker.sleep(pause);
  }

  private HttpResponse<String> send(HttpRequest request)
      throws IOException, TimeoutException, InterruptedException {
    // HttpRequest's own time-out ends with the headers: a body that trickles in would escape it.
    CompletableFuture<HttpResponse<String>> exchange =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    try {
      return exchange.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException(e.getCause());
    } finally {
      exchange.cancel(true);
    }
  }

  /** Nothing for a response that can be read; why to try again; or an end to it. */
  private Optional<Setback> setback(
      HttpResponse<String> response, String path, Optional<String> model) {
    int status = response.statusCode();
    if (model.isEmpty() && NO_LIST.contains(status)) {
      return Optional.empty();
    }
    String said = message(response.body());
    String what = "status " + status + (said.isEmpty() ? "" : ": " + said);
    if (status == 408 || status == 425 || status == TOO_MANY || status >= 500) {
      return Optional.of(new Setback(what, retryAfter(response, Clock.systemUTC()), false));
    }
    switch (status) {
      case 200 -> {
        return Optional.empty();
      }
      case 400, 413, 422 -> throw new RefusedRequestException(status, said);
      case 401, 403 ->
          throw new InvalidInputException(
              "judge.endpoint",
              "%s does not accept the key: %s".formatted(base, what),
              key.isPresent()
                  ? "check the key in the environment"
                  : "put the key into the environment variable that judge.api-key-variable names");
      case 404, 410 ->
          throw new InvalidInputException(
              "judge.model",
              "%s does not serve \"%s\"%s: %s"
                  .formatted(base, model.orElseThrow(), status == 410 ? " any more" : "", what),
              "name a model that it lists under /models, and check that judge.endpoint ends in"
                  + " /v1");
      default ->
          throw new InvalidInputException(
              "judge.endpoint",
              "%s%s answers with %s".formatted(base, path, what),
              "give the URL of an endpoint that speaks the OpenAI chat protocol, up to /v1");
    }
  }

  /** Seconds or a date (RFC 9110 §10.2.3); what cannot be read asks for nothing. */
  static Optional<Duration> retryAfter(HttpResponse<?> response, Clock clock) {
    Optional<String> header = response.headers().firstValue("Retry-After").map(String::strip);
    if (header.isEmpty()) {
      return Optional.empty();
    }
    if (header.get().matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(header.get())));
    }
    try {
      Duration until =
          Duration.between(
              clock.instant(),
              ZonedDateTime.parse(header.get(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return Optional.of(until.isNegative() ? Duration.ZERO : until);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** What an error's body says: OpenAI's {@code error.message}, others' {@code detail}, or all. */
  private String message(String body) {
    String said = body;
    try {
      JsonObject object = JsonParser.parseString(body).getAsJsonObject();
      JsonElement error = object.get("error");
      if (error != null && error.isJsonObject() && error.getAsJsonObject().has("message")) {
        said = error.getAsJsonObject().get("message").getAsString();
      } else if (object.has("detail")) {
        said = object.get("detail").toString();
      }
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      // No JSON of a known form: the text itself is said.
    }
    return JudgePrompt.brief(key.redacted(said));
  }

  private static List<String> modelIds(String body) {
    try {
      List<String> ids = new ArrayList<>();
      for (JsonElement model :
          JsonParser.parseString(body).getAsJsonObject().getAsJsonArray("data")) {
        ids.add(model.getAsJsonObject().get("id").getAsString());
      }
      return List.copyOf(ids);
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | ClassCastException
        | NullPointerException e) {
      throw new MalformedReplyException("is no list of models: " + JudgePrompt.brief(body));
    }
  }
}
