package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study or trial that is not there is told before samples are read: there are none here. */
class WrongStudyTest {
  @TempDir Path directory;

  @BeforeAll
  static void startSpark() {
    assertThat(SharedSpark.session()).isNotNull();
  }

  @Test
  void aWarehouseThatIsNotThereIsNotMade() {
    commands(List.of("--trial", "1"))
        .forEach(
            (command, options) -> {
              Ran ran = run(command, options, "none", "study");
              assertThat(ran.status()).as(command + ": " + ran.err()).isEqualTo(2);
              assertThat(ran.err())
                  .as(command)
                  .isEqualTo(
                      "warehouse: there is none at file:%s — run tune first, or name another\n"
                          .formatted(directory.resolve("none")));
            });
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @Test
  void aStudyOrTrialThatIsNotThereIsSaidFirst() {
    Warehouse warehouse = Warehouse.at("warehouse", directory.resolve("some").toString());
    warehouse.createTables(SharedSpark.session());
    new TrialsTable(SharedSpark.session(), warehouse)
        .upsert(List.of(Trials.complete("run", 4, 0.5, 600, 0.7)));

    commands(List.of("--trial", "4"))
        .forEach(
            (command, options) -> {
              Ran ran = run(command, options, "some", "stduy");
              assertThat(ran.status()).as(command + ": " + ran.err()).isEqualTo(2);
              assertThat(ran.err())
                  .as(command)
                  .matches(
                      "study.name: study \"stduy\" has no trial in file:%s"
                              .formatted(directory.resolve("some"))
                          + " — did you mean \"study\"[?]\n");
            });
    for (String command : List.of("export", "measure", "judge")) {
      List<String> options = commands(List.of("--trial", "9")).get(command);
      assertThat(run(command, options, "some", "study").err())
          .as(command)
          .isEqualTo("--trial: study \"study\" has no trial 9 — its trials are 0 to 4\n");
    }
  }

  private Map<String, List<String>> commands(List<String> trial) {
    Map<String, List<String>> commands =
        new TreeMap<>(
            Map.of(
                "frontier", List.of(),
                "confirm", List.of(),
                "report", List.of("--to", directory.resolve("r.html").toString()),
                "template", List.of("--to", directory.resolve("t.json").toString()),
                "measure", trial));
    List<String> judge = new ArrayList<>(trial);
    judge.addAll(List.of("--out", directory.resolve("j.jsonl").toString()));
    judge.addAll(List.of("judge.endpoint=http://127.0.0.1:9/v1", "judge.model=m"));
    commands.put("judge", judge);
    List<String> export = new ArrayList<>(trial);
    export.addAll(List.of("--to", directory.resolve("e").toString()));
    commands.put("export", export);
    return commands;
  }

  private Ran run(String command, List<String> options, String warehouse, String study) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(options);
    words.addAll(
        List.of(
            "warehouse=" + directory.resolve(warehouse),
            "model=" + DemoSamples.MODEL,
            "benchmark.name=demo",
            "benchmark.samples=[\"" + directory.resolve("missing.parquet") + "\"]",
            "study.name=" + study));
    return Ran.command(directory.resolve("logs"), words.toArray(String[]::new));
  }
}
