package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README's main command with a small budget, and its tables opened without a JVM. */
class DemoIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Duration LIMIT = Duration.ofMinutes(6);

  @TempDir Path directory;

  @Test
  void theDemoEndsWithTablesThatPythonOpens() throws Exception {
    Path warehouse = directory.resolve("a warehouse");
    List<String> demo =
        List.of(
            HOME.resolve("paretune").toString(),
            "demo",
            "warehouse=" + warehouse,
            "study.trials=3",
            "study.racing.confidence=null",
            "study.uniform-baseline=[0.5]",
            "study.space.key-value-bits=[16,4]",
            "study.shards=2");

    Finished first = Finished.run(demo, Map.of(), directory, LIMIT);

    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("Frontier of demo", "Uniform profiles", "At equal memory", "dense")
        .contains("tables  file:" + warehouse);
    assertThat(warehouse.resolve("reports/demo.svg")).content().contains("<svg", "trial ");
    assertThat(warehouse.resolve("reports/demo.html")).content().contains("What to take", "<svg");

    // The study is complete: the same command says the same and runs nothing.
    Finished again = Finished.run(demo, Map.of(), directory, LIMIT);
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.err()).contains("study demo is complete: 6 trials");
    assertThat(again.out()).isEqualTo(first.out());

    JsonObject tables = tables(warehouse);
    JsonObject rows = tables.getAsJsonObject("rows");
    assertThat(rows.get("samples").getAsInt()).isEqualTo(5217);
    assertThat(rows.get("rejected_samples").getAsInt()).isZero();
    assertThat(rows.get("image_features").getAsInt()).isEqualTo(660);
    assertThat(rows.get("trials").getAsInt()).isEqualTo(6);
    assertThat(tables.get("complete").getAsInt()).isEqualTo(6);
    assertThat(rows.get("frontier").getAsInt()).isPositive();
    // The dense model's score is known from an independent implementation (reference_evaluate.py).
    assertThat(tables.getAsJsonArray("scores").toString()).contains("0.927602");
  }

  private JsonObject tables(Path warehouse) throws Exception {
    Finished read =
        Finished.run(
            List.of(
                PythonEnvironment.of("notebooks/requirements.lock").program("python"),
                HOME.resolve("jobs/src/test/python/read_tables.py").toString(),
                warehouse.toString()),
            Map.of(),
            directory,
            LIMIT);
    assertThat(read.status()).as(read.err()).isZero();
    return JsonParser.parseString(read.out()).getAsJsonObject();
  }
}
