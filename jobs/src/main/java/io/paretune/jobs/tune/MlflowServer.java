package io.paretune.jobs.tune;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * What is needed of MLflow's REST API 2.0 (mlflow.org/docs, "REST API"). A token for it, if it asks
 * for one, is taken from {@code MLFLOW_TRACKING_TOKEN}, as MLflow's own clients do. Five calls are
 * needed, for which the JDK's client suffices; {@code org.mlflow:mlflow-client} would bring its own
 * HTTP client and protobuf into a jar that runs inside Spark.
 */
final class MlflowServer {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final URI api;
  private final Optional<String> token;
  // HTTP/1.1: a server on uvicorn loses the body of a request that asks to change to HTTP/2.
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  MlflowServer(String address, Optional<String> token) {
    this.api = URI.create(address.replaceAll("/+$", "") + "/api/2.0/mlflow/");
    this.token = token;
  }

  /** The experiment's id; makes it if it is not there. */
  String experiment(String name) throws IOException, InterruptedException {
    HttpResponse<String> known =
        send(
            request(
                    "experiments/get-by-name?experiment_name="
                        + URLEncoder.encode(name, StandardCharsets.UTF_8))
                .GET());
    if (known.statusCode() == 200) {
      return json(known).getAsJsonObject("experiment").get("experiment_id").getAsString();
    }
    JsonObject wanted = new JsonObject();
    wanted.addProperty("name", name);
    return post("experiments/create", wanted).get("experiment_id").getAsString();
  }

  /**
   * Calls a method.
   *
   * @throws IOException if the server cannot be reached or refuses, with what it says
   */
  JsonObject post(String method, JsonObject body) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        send(
            request(method)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    if (answer.statusCode() != 200) {
      throw new IOException(
          method
              + " gave status "
              + answer.statusCode()
              + ": "
              + answer.body().lines().findFirst().orElse(""));
    }
    return json(answer);
  }

  private HttpRequest.Builder request(String method) {
    HttpRequest.Builder request = HttpRequest.newBuilder(api.resolve(method)).timeout(PATIENCE);
    token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonObject json(HttpResponse<String> answer) {
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }
}
