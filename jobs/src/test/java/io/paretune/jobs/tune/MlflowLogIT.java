package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.config.MlflowConfig;
import io.paretune.jobs.search.Objective;
import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.Parameter;
import io.paretune.jobs.search.Place;
import io.paretune.jobs.search.Point;
import io.paretune.jobs.search.RandomSampler;
import io.paretune.jobs.search.SearchSpace;
import io.paretune.jobs.search.Study;
import io.paretune.jobs.search.Trial;
import io.paretune.jobs.search.TrialState;
import io.paretune.udfs.profile.CompressionProfile;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real MLflow server on loopback. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class MlflowLogIT {
  private static final Path BUILD = Path.of(System.getProperty("paretune.build"));
  private static final Study STUDY =
      new Study(
          new SearchSpace(
              List.of(new Parameter.Ordinal("p", List.of(0, 1), Place.UNKNOWN)),
              List.of(Objective.maximize("score")),
              List.of()),
          new RandomSampler(1));

  @TempDir Path directory;

  @Test
  void trialsBecomeRunsWithTheirFigures() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Process server = server(port);
    try {
      String address = "http://127.0.0.1:" + port;
      MlflowServer api = new MlflowServer(address, Optional.empty());
      await(api, server);
      try (MlflowLog log = log(address)) {
        log.told(trial(7, TrialState.COMPLETE), Outcome.complete(Map.of("score", 0.75), 40), STUDY);
        log.told(
            trial(8, TrialState.STOPPED),
            Outcome.stopped(Map.of("score", 0.25), 10, "beaten"),
            STUDY);
        log.told(trial(9, TrialState.FAILED), Outcome.failed("not finite"), STUDY);
      }

      JsonObject search = new JsonObject();
      JsonArray experiments = new JsonArray();
      experiments.add(api.experiment("an experiment"));
      search.add("experiment_ids", experiments);
      JsonArray order = new JsonArray();
      order.add("attributes.run_name ASC");
      search.add("order_by", order);
      String runs = api.post("runs/search", search).getAsJsonArray("runs").toString();
      JsonArray found = JsonParser.parseString(runs).getAsJsonArray();
      assertThat(found).hasSize(3);
      assertThat(found.get(0).toString())
          .contains("\"night trial 7\"", "\"FINISHED\"", "\"value\":0.75", "\"value\":1234.0")
          .contains(CompressionProfile.dense().id());
      assertThat(found.get(1).toString()).contains("\"night trial 8\"", "\"KILLED\"", "\"beaten\"");
      assertThat(found.get(2).toString())
          .contains("\"night trial 9\"", "\"FAILED\"", "\"not finite\"");
    } finally {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly();
    }
  }

  @Test
  void aServerThatIsNotThereChangesNothing() {
    try (MlflowLog log = log("http://127.0.0.1:9")) {
      log.told(trial(7, TrialState.COMPLETE), Outcome.complete(Map.of("score", 0.75), 40), STUDY);
    }
  }

  private static MlflowLog log(String address) {
    return MlflowLog.of(
        new MlflowConfig(Optional.of(address), "an experiment"),
        "night",
        trial -> CompressionProfile.dense(),
        Clock.systemUTC());
  }

  private static Trial trial(long id, TrialState state) {
    return new Trial(id, Point.of(0), state, List.of(1234.0, 0.5), 0, Trial.Origin.SAMPLER);
  }

  private Process server(int port) throws IOException {
    Path venv = BUILD.resolve("python-mlflow");
    File log = directory.resolve("mlflow.log").toFile();
    return new ProcessBuilder(
            "bash",
            "-c",
            "[ -x \"$0/bin/pip\" ] || python3 -m venv \"$0\";"
                + " \"$0/bin/pip\" install -q --disable-pip-version-check mlflow==3.17.2 &&"
                + " exec \"$0/bin/mlflow\" server --host 127.0.0.1 --port \"$1\" --workers 1"
                + " --backend-store-uri \"sqlite:///$2/mlflow.db\"",
            venv.toString(),
            Integer.toString(port),
            directory.toString())
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log)
        .start();
  }

  private void await(MlflowServer api, Process server) throws Exception {
    Instant end = Instant.now().plus(Duration.ofMinutes(10));
    while (true) {
      try {
        api.experiment("Default");
        return;
      } catch (IOException e) {
        if (Instant.now().isAfter(end) || !server.isAlive()) {
          throw new AssertionError(
              "no MLflow server: " + Files.readString(directory.resolve("mlflow.log")), e);
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }
}
