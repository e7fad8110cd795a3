package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.launch.Finished;
import io.paretune.jobs.launch.PythonEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An exported checkpoint in transformers itself ({@code reference_evaluate.py}). */
class ExportInTransformersIT {
  @TempDir Path directory;

  @Test
  void transformersAnswersWithItAsEvaluateDoes() throws Exception {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("train", 16);
    counts.put("val", 24);
    counts.put("test", 4);
    String samples =
        DemoSamples.first(SharedSpark.session(), directory.resolve("s.parquet"), counts);
    Path profile = directory.resolve("profile.json");
    Files.writeString(
        profile,
        """
        {"criterion":"wanda","mask":"sequential","layers":[
          {"layer":0,"pruning_ratio":0.5},{"layer":2,"pattern":"2:4"},{"layer":5,"pruning_ratio":0.6}]}
        """);
    Path to = directory.resolve("exported");
    run(
        List.of("export", "--profile", profile.toString(), "--to", to.toString()),
        "warehouse=" + directory.resolve("warehouse"),
        "model=" + DemoSamples.MODEL,
        "benchmark.name=demo",
        "benchmark.samples=[\"" + samples + "\"]",
        "calibration.samples=16",
        "study.shards=2");

    List<JsonObject> own =
        answers(
            samples,
            DemoSamples.MODEL,
            "--profile",
            profile.toString(),
            "--calibration-samples",
            "16");
    Path theirs = directory.resolve("transformers.jsonl");
    Finished asked =
        Finished.run(
            List.of(
                PythonEnvironment.pythonWithTorch(),
                DemoSamples.HOME.resolve("jobs/src/test/python/reference_evaluate.py").toString(),
                "--model",
                to.toString(),
                "--samples",
                samples,
                "--split",
                "val",
                "--out",
                theirs.toString()),
            Map.of(),
            directory,
            Duration.ofMinutes(10));

    assertThat(asked.status()).as(asked.err()).isZero();
    List<JsonObject> expected = lines(theirs);
    assertThat(own).hasSize(24);
    double worst = 0;
    for (int i = 0; i < own.size(); i++) {
      assertThat(own.get(i).get("sample_id")).isEqualTo(expected.get(i).get("sample_id"));
      double[] a = scores(own.get(i));
      double[] b = scores(expected.get(i));
      assertThat(a).hasSameSizeAs(b);
      for (int o = 0; o < a.length; o++) {
        worst = Math.max(worst, Math.abs(a[o] - b[o]));
      }
    }
    assertThat(worst).as("largest difference of log-probabilities").isLessThan(2e-3);
  }

  private List<JsonObject> answers(String samples, Path model, String... how) throws IOException {
    Path out = directory.resolve("answers.jsonl");
    List<String> words =
        new ArrayList<>(List.of("evaluate", "--model", model.toString(), "--samples", samples));
    words.addAll(List.of("--split", "val", "--out", out.toString()));
    run(words, how);
    return lines(out);
  }

  private void run(List<String> words, String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(Arrays.asList(more));
    Ran ran = Ran.command(directory.resolve("logs"), all.toArray(String[]::new));
    assertThat(ran.status()).as(ran.err()).isZero();
  }

  private static List<JsonObject> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static double[] scores(JsonObject line) {
    return line.getAsJsonArray("option_logprobs").asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }
}
