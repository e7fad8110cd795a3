package io.paretune.jobs.tune;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.paretune.jobs.config.MlflowConfig;
import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.SearchListener;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.udfs.profile.CompressionProfile;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each trial that ends as a run of an MLflow experiment, on a thread beside the search. The
 * tables are what counts: a server that cannot be reached is said once and never ends a search.
 */
final class MlflowLog implements SearchListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowLog.class);

  /** MLflow refuses longer values of parameters. */
  private static final int LONGEST = 6000;

  private static final long PATIENCE_SECONDS = 60;

  private final Optional<MlflowServer> server;
  private final String experiment;
  private final String study;
  private final Function<Trial, CompressionProfile> profileOf;
  private final Clock clock;
  private final ExecutorService sender =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "mlflow");
            thread.setDaemon(true);
            return thread;
          });
  private String experimentId = "";
  private boolean said;

  /** A log as it is configured; without a server it does nothing. */
  static MlflowLog of(
      MlflowConfig config,
      String study,
      Function<Trial, CompressionProfile> profileOf,
      Clock clock) {
    Optional<String> token = Optional.ofNullable(System.getenv("MLFLOW_TRACKING_TOKEN"));
    return new MlflowLog(
        config.server().map(address -> new MlflowServer(address, token)),
        config.experiment(),
        study,
        profileOf,
        clock);
  }

  private MlflowLog(
      Optional<MlflowServer> server,
      String experiment,
      String study,
      Function<Trial, CompressionProfile> profileOf,
      Clock clock) {
    this.server = server;
    this.experiment = experiment;
    this.study = study;
    this.profileOf = profileOf;
    this.clock = clock;
  }

  @Override
  public void told(Trial trial, Outcome outcome, Study unused) {
    long now = clock.millis();
    server.ifPresent(s -> sender.execute(() -> send(s, trial, outcome, now)));
  }

  private void send(MlflowServer server, Trial trial, Outcome outcome, long now) {
    try {
      if (experimentId.isEmpty()) {
        experimentId = server.experiment(experiment);
      }
      JsonObject created = new JsonObject();
      created.addProperty("experiment_id", experimentId);
      created.addProperty("run_name", study + " trial " + trial.id());
      created.addProperty("start_time", now);
      String run =
          server
              .post("runs/create", created)
              .getAsJsonObject("run")
              .getAsJsonObject("info")
              .get("run_id")
              .getAsString();
      server.post("runs/log-batch", batch(run, trial, outcome, now));
      JsonObject ended = new JsonObject();
      ended.addProperty("run_id", run);
      ended.addProperty("end_time", now);
      ended.addProperty(
          "status",
          switch (outcome.state()) {
            case STOPPED -> "KILLED";
            case FAILED -> "FAILED";
            default -> "FINISHED";
          });
      server.post("runs/update", ended);
    } catch (IOException | RuntimeException e) {
      if (!said) {
        said = true;
        LOG.warn("trials are not logged to MLflow: {}", e.toString());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private JsonObject batch(String run, Trial trial, Outcome outcome, long now) {
    CompressionProfile profile = profileOf.apply(trial);
    JsonObject batch = new JsonObject();
    batch.addProperty("run_id", run);
    JsonArray metrics = new JsonArray();
    add(metrics, "memory_bytes", trial.value(0), now);
    outcome.values().forEach((name, value) -> add(metrics, name, value, now));
    batch.add("metrics", metrics);
    JsonArray parameters = new JsonArray();
    String json = profile.canonicalJson();
    Map.of(
            "study", study,
            "trial_id", Long.toString(trial.id()),
            "origin", trial.origin().name(),
            "profile_id", profile.id(),
            "profile", json.length() > LONGEST ? json.substring(0, LONGEST) : json)
        .forEach((key, value) -> parameters.add(pair(key, value)));
    batch.add("params", parameters);
    JsonArray tags = new JsonArray();
    if (!outcome.reason().isEmpty()) {
      tags.add(pair("reason", outcome.reason()));
    }
    batch.add("tags", tags);
    return batch;
  }

  private static void add(JsonArray metrics, String name, double value, long now) {
    JsonObject metric = new JsonObject();
    metric.addProperty("key", name);
    metric.addProperty("value", value);
    metric.addProperty("timestamp", now);
    metric.addProperty("step", 0);
    metrics.add(metric);
  }

  private static JsonObject pair(String key, String value) {
    JsonObject pair = new JsonObject();
    pair.addProperty("key", key);
    pair.addProperty("value", value);
    return pair;
  }

  /** Sends what is still to be sent, for as long as a server may be expected to take it. */
  @Override
  public void close() {
    sender.shutdown();
    try {
      if (!sender.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("not all trials were logged to MLflow: it did not take them in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sender.shutdownNow();
  }
}
