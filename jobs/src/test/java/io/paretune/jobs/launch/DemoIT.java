package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * README's main command with a small budget; its tables opened without a JVM, and by the notebooks.
 */
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
        .contains(
            "Frontier of demo", "Uniform profiles", "At equal memory", "As a template", "dense")
        .contains("tables  file:" + warehouse);
    assertThat(warehouse.resolve("reports/demo.svg")).content().contains("<svg", "trial ");
    assertThat(warehouse.resolve("reports/demo.html")).content().contains("What to take", "<svg");

    // The study is complete: the same command says the same and runs nothing.
    Finished again = Finished.run(demo, Map.of(), directory, LIMIT);
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.err()).contains("study demo is complete: 6 trials");
    assertThat(again.out()).isEqualTo(first.out());

    assertThat(execute("own_model", warehouse)).content().contains("\"execution_count\": 2");
    assertThat(execute("frontier", warehouse))
        .content()
        .containsPattern("test, answered by options: \\d+ of 2051 questions broke")
        .containsPattern("val, answered by options: \\d+ of 1105 questions broke");
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

    String right =
        PythonEnvironment.ofNotebooks()
            .run("confirm_otherwise.py", directory, warehouse.toString(), "demo", "test")
            .strip();
    assertThat(execute("frontier_spark", warehouse))
        .content()
        .as("layers of the model, none of another's")
        .contains("|    7|")
        .doesNotContain("|   90|");
    String[] runs =
        PythonEnvironment.ofNotebooks()
            .run("second_night.py", directory, warehouse.toString(), "demo")
            .strip()
            .split(" ");
    assertThat(execute("frontier", warehouse))
        .content()
        .contains("test, answered by generate: " + right + " of 2051 questions broke")
        .doesNotContain("test, answered by options")
        .as("both nights, by time travel")
        .contains(runs);
  }

  /** Executes a notebook on the demo's tables; it fails where a cell does. */
  private Path execute(String notebook, Path warehouse) throws Exception {
    Path executed = directory.resolve(notebook + ".ipynb");
    Finished run =
        Finished.run(
            List.of(
                PythonEnvironment.ofNotebooks().program("python"),
                HOME.resolve("notebooks/run_notebook.py").toString(),
                HOME.resolve("notebooks/" + notebook + ".ipynb").toString(),
                executed.toString()),
            Map.of(
                "PARETUNE_HOME",
                HOME.toString(),
                "PARETUNE_WAREHOUSE",
                warehouse.toString(),
                "PARETUNE_STUDY",
                "demo",
                "PARETUNE_NOTEBOOK_DIRECTORY",
                Files.createDirectories(directory.resolve("work " + notebook)).toString(),
                "SPARK_LOCAL_IP",
                "127.0.0.1"),
            directory,
            LIMIT);
    assertThat(run.status()).as(run.err()).isZero();
    return executed;
  }

  private JsonObject tables(Path warehouse) throws Exception {
    return JsonParser.parseString(
            PythonEnvironment.ofNotebooks().run("read_tables.py", directory, warehouse.toString()))
        .getAsJsonObject();
  }
}
