package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.model.ModelKernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code evaluate} and {@code kernels} as a user calls them. */
class EvaluateCommandTest {
  private static final String MODEL = DemoSamples.MODEL.toString();
  private static final Path GOLDENS = DemoSamples.HOME.resolve("jobs/src/test/resources/goldens");

  @TempDir static Path shared;
  @TempDir Path directory;
  private static String few;

  @BeforeAll
  static void takeFewQuestions() {
    SparkSession spark = SharedSpark.session();
    few = DemoSamples.first(spark, shared.resolve("few.parquet"), Map.of("val", 40));
  }

  private Ran evaluate(String samples, Path out, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("evaluate", "--model", MODEL, "--samples", samples, "--split", "val"));
    words.addAll(List.of("--out", out.toString()));
    words.addAll(List.of(more));
    return Ran.command(directory.resolve("logs"), words.toArray(String[]::new));
  }

  private static List<JsonObject> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static List<String> strings(List<JsonObject> lines, String key) {
    return lines.stream().map(line -> line.get(key).getAsString()).toList();
  }

  private static double[] scores(JsonObject line) {
    JsonArray scores = line.getAsJsonArray("option_logprobs");
    return scores.asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
  }

  /** The golden is of transformers; {@code src/test/python/make_evaluate_golden.py}. */
  @Test
  void aCompressedModelAnswersAsItsReference() throws IOException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("val", 200);
    counts.put("train", 64);
    String samples =
        DemoSamples.first(SharedSpark.session(), directory.resolve("s.parquet"), counts);
    Path out = directory.resolve("answers.jsonl");

    Ran ran =
        evaluate(
            samples,
            out,
            "--profile",
            GOLDENS.resolve("profile.json").toString(),
            "--calibration-samples",
            "64",
            "--workload",
            "4x512");

    assertThat(ran.status()).as(ran.err()).isZero();
    List<JsonObject> expected = lines(GOLDENS.resolve("evaluate.jsonl"));
    List<JsonObject> actual = lines(out);
    assertThat(strings(actual, "sample_id"))
        .as("in the order of the file")
        .isEqualTo(strings(expected, "sample_id"));
    int same = 0;
    double off = 0;
    int options = 0;
    for (int i = 0; i < expected.size(); i++) {
      same += actual.get(i).get("prediction").equals(expected.get(i).get("prediction")) ? 1 : 0;
      double[] a = scores(actual.get(i));
      double[] e = scores(expected.get(i));
      assertThat(a).hasSameSizeAs(e);
      for (int o = 0; o < a.length; o++) {
        off += Math.abs(a[o] - e[o]);
        options++;
      }
    }
    assertThat(same / 200.0).as("share of equal predictions").isGreaterThanOrEqualTo(0.995);
    assertThat(off / options).as("mean difference of log-probabilities").isLessThan(2e-2);

    JsonObject summary = JsonParser.parseString(ran.out()).getAsJsonObject();
    assertThat(summary.keySet())
        .contains(
            "accuracy",
            "questions",
            "questions_per_second",
            "memory_bytes",
            "weight_bytes",
            "kv_bytes",
            "mean_pruning_ratio",
            "mean_kv_bits");
    assertThat(summary.get("questions").getAsInt()).isEqualTo(200);
    assertThat(summary.get("questions_per_second").getAsDouble()).isPositive();
    long correct = actual.stream().filter(l -> l.get("correct").getAsBoolean()).count();
    assertThat(summary.get("accuracy").getAsDouble()).isEqualTo(correct / 200.0);
    assertThat(summary.get("memory_bytes").getAsLong())
        .isEqualTo(summary.get("weight_bytes").getAsLong() + summary.get("kv_bytes").getAsLong());
  }

  /**
   * The goldens are of transformers, which calibrates every layer anew for a sequential mask, and
   * every linear layer of vision tower and projector; make_evaluate_golden.py.
   */
  @ParameterizedTest
  @ValueSource(strings = {"sequential", "vision"})
  void otherMasksAreThoseOfTheReference(String golden) throws IOException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("val", 60);
    counts.put("train", 16);
    String samples =
        DemoSamples.first(SharedSpark.session(), directory.resolve("s.parquet"), counts);
    Path out = directory.resolve("answers.jsonl");

    Ran ran =
        evaluate(
            samples,
            out,
            "--profile",
            GOLDENS.resolve(golden + ".json").toString(),
            "--calibration-samples",
            "16");

    assertThat(ran.status()).as(ran.err()).isZero();
    List<JsonObject> expected = lines(GOLDENS.resolve(golden + ".jsonl"));
    List<JsonObject> actual = lines(out);
    double off = 0;
    int options = 0;
    for (int i = 0; i < expected.size(); i++) {
      double[] a = scores(actual.get(i));
      double[] e = scores(expected.get(i));
      for (int o = 0; o < a.length; o++) {
        off += Math.abs(a[o] - e[o]);
        options++;
      }
    }
    assertThat(off / options).as("mean difference of log-probabilities").isLessThan(2e-2);
  }

  @Test
  void theBatchChangesNoAnswerWhicheverWayQuestionsAreAnswered() throws IOException {
    for (String mode : List.of("options", "generate")) {
      Path usual = directory.resolve(mode + "-usual.jsonl");
      Path alone = directory.resolve(mode + "-alone.jsonl");
      Ran first = evaluate(few, usual, "--dense", "--mode", mode);
      Ran second = evaluate(few, alone, "--dense", "--mode", mode, "--batch", "1");

      assertThat(first.status()).as(first.err()).isZero();
      assertThat(second.status()).as(second.err()).isZero();
      List<JsonObject> answers = lines(usual);
      assertThat(answers).hasSize(40);
      assertThat(strings(lines(alone), "prediction")).isEqualTo(strings(answers, "prediction"));
      assertThat(answers)
          .allSatisfy(
              line -> {
                assertThat(line.keySet())
                    .containsExactly("sample_id", "prediction", "correct", "option_logprobs");
                assertThat(scores(line).length > 0).isEqualTo(mode.equals("options"));
              });
      assertThat(answers.stream().filter(l -> l.get("correct").getAsBoolean()).count())
          .isGreaterThan(30);
    }
  }

  @Test
  void anotherTypeIsComputedInWhereTheProcessorHasInstructionsForIt() throws IOException {
    Path out = directory.resolve("bf16.jsonl");
    Ran ran = evaluate(few, out, "--dense", "--type", "bf16");

    if (ComputeType.BF16.isFastOn(Device.cpu())) {
      assertThat(ran.status()).as(ran.err()).isZero();
      assertThat(lines(out).stream().filter(l -> l.get("correct").getAsBoolean()).count())
          .isGreaterThan(30);
    } else {
      assertThat(ran.status()).isEqualTo(2);
      assertThat(ran.err())
          .isEqualTo(
              "bf16: is slow on the processor of executor driver, which has no instructions for it"
                  + " — leave the type (resident.type, --type) at auto, or take machines with"
                  + " AVX512-BF16 or AMX\n");
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() throws IOException {
    Path profile =
        Files.writeString(directory.resolve("p.json"), "{\"layers\":[{\"layer\":0,\"ratio\":2}]}");
    Path out = directory.resolve("no/such/answers.jsonl");

    Ran ran =
        Ran.command(
            directory.resolve("logs"),
            "evaluate",
            "--model",
            directory.resolve("nowhere").toString(),
            "--samples",
            few,
            "--split",
            "val",
            "--profile",
            profile.toString(),
            "--out",
            out.toString());

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .contains("nowhere", profile.toString(), "ratio")
        .contains("--out: there is no directory " + out.getParent() + " — create it first")
        .doesNotContain("Exception", "\tat ");
    assertThat(out).doesNotExist();
    assertThat(directory.resolve("logs")).doesNotExist();
  }

  @Test
  void anUnknownSplitIsToldWithThoseThatThereAre() {
    Path out = directory.resolve("answers.jsonl");

    Ran ran =
        Ran.command(
            directory.resolve("logs"),
            "evaluate",
            "--model",
            MODEL,
            "--samples",
            few,
            "--split",
            "validation",
            "--dense",
            "--out",
            out.toString());

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            "--split: no question of " + few + " has the split \"validation\" — there are val\n");
    assertThat(ran.out()).isEmpty();
    assertThat(out).doesNotExist();
  }

  @Test
  void aProfileOfAnotherModelIsRefused() throws IOException {
    Path profile =
        Files.writeString(
            directory.resolve("p.json"),
            "{\"layers\":[{\"layer\":8,\"pruning_ratio\":0.5},{\"layer\":9,\"key_bits\":4}]}");

    Ran ran = evaluate(few, directory.resolve("a.jsonl"), "--profile", profile.toString());

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            """
            %1$s: plans layer 8, but the model has 8 layers — layers count from 0
            %1$s: plans layer 9, but the model has 8 layers — layers count from 0
            """
                .formatted(profile));
  }

  @Test
  void theKernelsAreWrittenAsExecutorsCompileThem() throws IOException {
    Path out = directory.resolve("kernels.pt");

    Ran ran = Ran.command(directory.resolve("logs"), "kernels", "--out", out.toString());

    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out()).isEqualTo(out + "\n");
    assertThat(Files.readAllBytes(out)).isEqualTo(ModelKernels.archive());
    Ran refused = Ran.command(directory.resolve("logs"), "kernels", "--out", "/no/such/place/k");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err())
        .isEqualTo("--out: there is no directory /no/such/place — create it first\n");
  }
}
