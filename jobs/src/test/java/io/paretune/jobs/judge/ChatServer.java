package io.paretune.jobs.judge;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server on loopback that speaks the OpenAI chat protocol, and fails as servers do. It grades by
 * whether the answer is the reference, or finds the option whose last word is in the answer.
 */
final class ChatServer implements AutoCloseable {
  static final String MODEL = "moonshotai/kimi-k2-instruct";

  /** What is done with a request instead of answering it. */
  @FunctionalInterface
  interface Failure {
    void on(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<Failure> next = new ConcurrentLinkedQueue<>();
  private final Set<String> refusedParameters = ConcurrentHashMap.newKeySet();
  private final List<JsonObject> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private final List<String> models = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger mostInFlight = new AtomicInteger();
  private volatile int listStatus = 200;
  private volatile String list = "";

  ChatServer() throws IOException {
    models.add(MODEL);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext("/v1/models", this::list);
    server.createContext("/v1/chat/completions", this::complete);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  /** The next requests for a completion fail so, one after the other. */
  ChatServer failing(Failure... failures) {
    next.addAll(List.of(failures));
    return this;
  }

  ChatServer refusing(String... parameters) {
    refusedParameters.addAll(List.of(parameters));
    return this;
  }

  ChatServer serving(String... names) {
    models.clear();
    models.addAll(List.of(names));
    return this;
  }

  /** A server that keeps no list of models. */
  ChatServer listing(int status) {
    listStatus = status;
    return this;
  }

  /** A server whose list of models is such a text. */
  ChatServer listing(String text) {
    list = text;
    return this;
  }

  /** Requests for completions, as they came. */
  List<JsonObject> requests() {
    return List.copyOf(requests);
  }

  List<String> keys() {
    return List.copyOf(keys);
  }

  int mostInFlight() {
    return mostInFlight.get();
  }

  static Failure status(int status, String body, String... header) {
    return exchange -> {
      if (header.length == 2) {
        exchange.getResponseHeaders().add(header[0], header[1]);
      }
      send(exchange, status, body);
    };
  }

  static Failure reply(String content) {
    return exchange -> send(exchange, 200, completion(content));
  }

  /** Half a response, then nothing: the connection is cut. */
  static Failure cut() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write("{\"choices\":".getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      throw new IOException("cut"); // the server closes the socket
    };
  }

  /** Headers at once, a body that does not end in time. */
  static Failure slow(long millis) {
    return exchange -> {
      byte[] body = completion("{\"score\": 1}").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      OutputStream out = exchange.getResponseBody();
      out.write(body, 0, 10);
      out.flush();
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      out.write(body, 10, body.length - 10);
      out.close();
    };
  }

  private void list(HttpExchange exchange) throws IOException {
    JsonArray data = new JsonArray();
    for (String name : models) {
      JsonObject model = new JsonObject();
      model.addProperty("id", name);
      model.addProperty("object", "model");
      data.add(model);
    }
    JsonObject all = new JsonObject();
    all.addProperty("object", "list");
    all.add("data", data);
    String said = list.isEmpty() ? all.toString() : list;
    send(exchange, listStatus, listStatus == 200 ? said : "404 page not found");
  }

  private void complete(HttpExchange exchange) throws IOException {
    mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    try {
      String key = exchange.getRequestHeaders().getFirst("Authorization");
      keys.add(key == null ? "" : key);
      if (exchange.getRequestHeaders().containsKey("Upgrade")) {
        // As uvicorn, which vLLM is served by: the body of such a request is lost.
        send(exchange, 400, "{\"error\":{\"message\":\"body: Field required\"}}");
        return;
      }
      JsonObject request =
          JsonParser.parseString(
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8))
              .getAsJsonObject();
      requests.add(request);
      Failure failure = next.poll();
      if (failure != null) {
        failure.on(exchange);
      } else if (refusedParameters.stream().anyMatch(request::has)) {
        String named = refusedParameters.stream().filter(request::has).findFirst().orElseThrow();
        send(
            exchange,
            400,
            "{\"error\":{\"message\":\"Unsupported parameter: '%s' is not supported with this model.\",\"type\":\"invalid_request_error\",\"param\":\"%s\",\"code\":\"unsupported_parameter\"}}"
                .formatted(named, named));
      } else {
        send(exchange, 200, completion(judgement(request)));
      }
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private static String judgement(JsonObject request) {
    JsonArray messages = request.getAsJsonArray("messages");
    JsonObject asked =
        JsonParser.parseString(messages.get(1).getAsJsonObject().get("content").getAsString())
            .getAsJsonObject();
    return asked.has("reference_answers")
        ? "{\"score\": " + grade(asked) + "}"
        : "{\"option\": \"" + option(asked) + "\"}";
  }

  private static String option(JsonObject asked) {
    String answer = asked.get("answer").getAsString();
    return asked
        .get("question")
        .getAsString()
        .lines()
        .filter(line -> line.matches("[A-Z][.] .*"))
        .filter(line -> answer.contains(line.substring(line.lastIndexOf(' ') + 1)))
        .map(line -> line.substring(0, 1))
        .findFirst()
        .orElse("Z");
  }

  private static double grade(JsonObject asked) {
    String answer = asked.get("answer").getAsString();
    for (var reference : asked.getAsJsonArray("reference_answers")) {
      if (answer.contains(reference.getAsString())) {
        return 1;
      }
    }
    return answer.contains("half") ? 0.5 : 0;
  }

  static String completion(String content) {
    JsonObject message = new JsonObject();
    message.addProperty("role", "assistant");
    message.addProperty("content", content);
    JsonObject choice = new JsonObject();
    choice.add("message", message);
    choice.addProperty("finish_reason", "stop");
    JsonArray choices = new JsonArray();
    choices.add(choice);
    JsonObject usage = new JsonObject();
    usage.addProperty("prompt_tokens", 100);
    usage.addProperty("completion_tokens", 7);
    JsonObject body = new JsonObject();
    body.addProperty("model", MODEL + "-0905");
    body.add("choices", choices);
    body.add("usage", usage);
    return body.toString();
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
