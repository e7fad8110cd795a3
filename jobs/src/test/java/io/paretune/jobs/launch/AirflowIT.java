package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The DAGs in the real Airflow against a standalone cluster, by the tests in {@code airflow/tests}:
 * a night from end to end with its search killed on the way and retried by Airflow, the DAG that
 * starts from it, a night that is refused, and a PoC.
 */
@Tag("cluster")
class AirflowIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Path SPARK = Path.of(System.getProperty("paretune.build"), "spark");
  private static final Duration LIMIT = Duration.ofMinutes(30);

  @TempDir Path directory;

  @Test
  void theDagsRunAlthoughASearchIsKilledOnce() throws Exception {
    PythonEnvironment airflow = PythonEnvironment.of("airflow/requirements.lock");
    PythonEnvironment tables = PythonEnvironment.ofNotebooks();
    Path samples = directory.resolve("samples.parquet");
    tables.run("first_samples.py", directory, samples.toString(), "train=16", "val=100", "test=60");
    // Files that changed within the last minute would be screened again by the next command.
    Files.setLastModifiedTime(samples, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    Path warehouse = directory.resolve("warehouse");
    try (StandaloneCluster cluster = new StandaloneCluster(SPARK, directory)) {
      Map<String, String> environment = environment(cluster.master());
      environment.put("PARETUNE_TEST_STUDY", study(samples).toString());
      environment.put("PARETUNE_TEST_SAMPLES", samples.toString());
      environment.put("PARETUNE_TEST_WAREHOUSE", warehouse.toString());
      run(environment, airflow.program("ruff"), "check", "--no-cache", ".");
      run(environment, airflow.program("ruff"), "format", "--no-cache", "--check", ".");
      run(environment, airflow.program("airflow"), "db", "migrate");
      run(
          environment,
          airflow.program("python"),
          "-m",
          "pytest",
          "-q",
          "-s",
          "-p",
          "no:cacheprovider",
          "tests");
    }
    JsonObject rows =
        JsonParser.parseString(
                tables.run("read_night.py", directory, warehouse.toString(), "night"))
            .getAsJsonObject();
    List<String> trials = new ArrayList<>();
    for (JsonElement t : (JsonArray) rows.get("trials")) {
      trials.add(t.getAsString());
    }
    assertThat(trials)
        .as("each trial once, whether it ran before the kill or after")
        .containsExactly(
            "0 uniform complete",
            "1 uniform complete",
            "2 uniform complete",
            "3 sampler complete",
            "4 sampler complete",
            "5 sampler complete",
            "6 sampler complete");
    assertThat(rows.get("ran_again").getAsInt())
        .as("trials that were complete before the kill and ran again")
        .isZero();
    assertThat(rows.get("answered_twice").getAsInt()).as("questions asked twice").isZero();
    assertThat(rows.get("nights").getAsInt()).isEqualTo(1);
    assertThat(rows.get("confirmed").getAsInt()).isEqualTo(rows.get("frontier").getAsInt());
  }

  private static Map<String, String> environment(String master) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PARETUNE_HOME", HOME.toString());
    environment.put("PATH", SPARK.resolve("bin") + ":" + System.getenv("PATH"));
    environment.put("SPARK_HOME", SPARK.toString());
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    return withAirflow(environment, master);
  }

  private static Map<String, String> withAirflow(Map<String, String> environment, String master) {
    JsonObject extra = new JsonObject();
    extra.addProperty("deploy-mode", "client");
    JsonObject connection = new JsonObject();
    connection.addProperty("conn_type", "spark");
    connection.addProperty("host", master);
    connection.add("extra", extra);
    environment.put("AIRFLOW_CONN_PARETUNE_SPARK", connection.toString());
    environment.put("AIRFLOW__CORE__DAGS_FOLDER", HOME.resolve("airflow/dags").toString());
    environment.put("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
    // A paused DAG starts on no asset.
    environment.put("AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION", "False");
    environment.put("PYTHONPATH", HOME.resolve("airflow/dags").toString());
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    environment.put("PARETUNE_ON_EVERY_NODE", "1");
    environment.put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1"); // short runs
    environment.put("PARETUNE_RETRY_SECONDS", "1"); // a driver that died here is succeeded at once
    return environment;
  }

  private Path study(Path samples) throws Exception {
    return Files.writeString(
        directory.resolve("study.conf"),
        """
        model = "%s"
        workload = "16x128"
        benchmark { name = "demo", samples = ["%s"] }
        calibration.samples = 16
        tables.unrecorded = 1 ms # what is killed has recorded trials behind it
        study { shards = 2, concurrency = 1, uniform-baseline = [0.5], racing.confidence = null
          space { pruning-ratios = [0.0, 0.3, 0.5, 0.7], key-value-bits = [16, 4] } }
        gate { max-accuracy-loss = 0.3, min-memory-gain = 0.2 }
        """
            .formatted(HOME.resolve("conf/demo/model"), samples));
  }

  private void run(Map<String, String> environment, String... words) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("AIRFLOW_HOME", directory.resolve("airflow").toString());
    Finished run = Finished.run(List.of(words), all, HOME.resolve("airflow"), LIMIT);
    System.out.println(run.out());
    assertThat(run.status()).as(run.out() + run.err()).isZero();
  }
}
