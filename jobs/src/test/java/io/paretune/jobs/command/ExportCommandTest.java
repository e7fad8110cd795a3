package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.tables.TrialCost;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.TensorData;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export} of a trial that a study's table holds, and of a profile of the user's. */
class ExportCommandTest {
  private static final long HALF = 17;
  private static final CompressionProfile PROFILE =
      CompressionProfile.uniform(CriterionName.WANDA, 8, 0.5, 16, 16);

  @TempDir static Path shared;
  private static String samples;

  /** As if a study had tried 50 % on every layer. */
  @BeforeAll
  static void record() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("train", 16);
    counts.put("val", 40);
    counts.put("test", 16);
    samples = DemoSamples.first(SharedSpark.session(), shared.resolve("s.parquet"), counts);
    Warehouse warehouse = Warehouse.at("warehouse", shared.resolve("warehouse").toString());
    Ran encoded = study("encode");
    assertThat(encoded.status()).as(encoded.err()).isZero();
    Matcher said =
        Pattern.compile("version ([0-9a-f]+) is encoded for model ([0-9a-f]+)")
            .matcher(encoded.out());
    assertThat(said.find()).as(encoded.out()).isTrue();
    new TrialsTable(SharedSpark.session(), warehouse)
        .upsert(
            List.of(
                TrialRecord.running(
                        "small",
                        HALF,
                        "run",
                        TrialOrigin.UNIFORM,
                        said.group(2),
                        said.group(1),
                        new Workload(16, 128),
                        PROFILE,
                        new TrialCost(1, 1, 3, 0.5, 16),
                        0.2,
                        Instant.EPOCH,
                        0)
                    .completed(
                        new TrialScore(0.9, 0.8, 0.95, Map.of("demo", 0.9), 40),
                        Instant.EPOCH,
                        1)));
  }

  private static Ran study(String command, String... options) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of(options));
    words.addAll(
        List.of(
            "warehouse=" + shared.resolve("warehouse"),
            "model=" + DemoSamples.MODEL,
            "workload=16x128",
            "benchmark.name=demo",
            "benchmark.samples=[\"" + samples + "\"]",
            "calibration.samples=16",
            "study.name=small",
            "study.shards=2"));
    return Ran.command(shared.resolve("logs"), words.toArray(String[]::new));
  }

  @Test
  void whatIsExportedAnswersAsTheTrialDid() throws IOException {
    Path to = shared.resolve("half");

    Ran exported = study("export", "--trial", "" + HALF, "--to", to.toString());

    assertThat(exported.status()).as(exported.err()).isZero();
    assertThat(exported.out()).isEqualToIgnoringNewLines(to.toString());
    JsonObject profile = json(to.resolve("profile.json"));
    assertThat(profile.getAsJsonArray("layers")).hasSize(8);
    assertThat(profile.getAsJsonArray("layers").get(0).getAsJsonObject().get("pruning_ratio"))
        .hasToString("0.5");
    Path file = shared.resolve("profile.json");
    Files.writeString(file, PROFILE.canonicalJson());
    assertThat(answers(to, "--dense"))
        .isEqualTo(answers(DemoSamples.MODEL, "--profile", file.toString()));
    assertThat(to.resolve("README.md"))
        .content()
        .contains(
            "Trial 17 of study small, profile "
                + PROFILE.id()
                + ", of the model `model` (content hash ",
            "| split val | 0.9000 | 0.8000 to",
            "criterion `wanda`, mask `one-shot`")
        .contains("| weights, packed | ");
    checkFiles(to);
  }

  /**
   * The golden is of transformers, which loaded a checkpoint of exactly these bytes; {@code
   * src/test/python/make_export_golden.py}.
   */
  @Test
  void whatIsExportedHasTheLogitsThatTransformersComputesFromTheSameFile() throws Exception {
    Path goldens = DemoSamples.HOME.resolve("jobs/src/test/resources/goldens");
    JsonObject golden = json(goldens.resolve("exported.json"));
    Path to = shared.resolve("golden");
    String profile = goldens.resolve("magnitude.json").toString();

    Ran exported = study("export", "--profile", profile, "--to", to.toString());

    assertThat(exported.status()).as(exported.err()).isZero();
    byte[] weights = Files.readAllBytes(to.resolve("model.safetensors"));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(weights);
    assertThat(HexFormat.of().formatHex(hash)).isEqualTo(golden.get("sha256").getAsString());
    List<String> answers = answers(to, "--dense");
    JsonArray expected = golden.getAsJsonArray("answers");
    assertThat(answers).hasSameSizeAs(expected);
    for (int i = 0; i < answers.size(); i++) {
      JsonObject own = JsonParser.parseString(answers.get(i)).getAsJsonObject();
      JsonObject theirs = expected.get(i).getAsJsonObject();
      assertThat(own.get("sample_id")).isEqualTo(theirs.get("sample_id"));
      assertThat(logProbabilities(own))
          .as(own.toString())
          .containsExactly(logProbabilities(theirs), within(2e-3));
    }
  }

  private static double[] logProbabilities(JsonObject answer) {
    return answer.getAsJsonArray("option_logprobs").asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  /** The answers of {@code evaluate}, to the bit. */
  private static List<String> answers(Path model, String... how) throws IOException {
    Path out = shared.resolve("answers.jsonl");
    List<String> words =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model",
                model.toString(),
                "--samples",
                samples,
                "--split",
                "val",
                "--calibration-samples",
                "16",
                "--out",
                out.toString()));
    words.addAll(List.of(how));
    Ran asked = Ran.command(shared.resolve("logs"), words.toArray(String[]::new));
    assertThat(asked.status()).as(asked.err()).isZero();
    return Files.readAllLines(out);
  }

  /** Same bytes as the dense files, but for zeros; and the packed form says the same. */
  private static void checkFiles(Path to) throws IOException {
    byte[] dense = Files.readAllBytes(DemoSamples.MODEL.resolve("model.safetensors"));
    byte[] sparse = Files.readAllBytes(to.resolve("model.safetensors"));
    assertThat(sparse).hasSameSizeAs(dense);
    for (int i = 0; i < dense.length; i++) {
      if (sparse[i] != dense[i]) {
        assertThat(sparse[i]).isZero();
      }
    }
    assertThat(to.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(DemoSamples.MODEL.resolve("tokenizer.json"));
    JsonObject metadata = header(to).getAsJsonObject("__metadata__");
    assertThat(metadata.get("format").getAsString()).isEqualTo("paretune-packed-1");
    try (Checkpoint written = Checkpoint.open(to)) {
      for (String name :
          List.of(
              "language_model.model.layers.3.mlp.down_proj.weight",
              "language_model.model.layers.0.self_attn.q_proj.weight")) {
        TensorData tensor = written.tensor(name);
        ByteBuffer expected = tensor.data();
        ByteBuffer unpacked = unpacked(to, name);
        assertThat(unpacked).isEqualTo(expected);
        int zeros = 0;
        for (int w = 0; w < expected.remaining() / 2; w++) {
          zeros += expected.getShort(2 * w) == 0 ? 1 : 0;
        }
        assertThat(zeros).isEqualTo(expected.remaining() / 4);
      }
    }
    assertThat(Files.size(to.resolve("packed/model.safetensors"))).isLessThan(sparse.length);
  }

  private static JsonObject header(Path to) throws IOException {
    ByteBuffer all = packed(to);
    byte[] json = new byte[(int) all.getLong(0)];
    all.get(8, json);
    return JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  private static ByteBuffer packed(Path to) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(to.resolve("packed/model.safetensors")))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** bf16 weights from bitmask and values, as the model card says. */
  private static ByteBuffer unpacked(Path to, String name) throws IOException {
    ByteBuffer all = packed(to);
    JsonObject header = header(to);
    long data = 8 + all.getLong(0);
    int mask = (int) (data + offset(header, name + ".bitmask"));
    int values = (int) (data + offset(header, name + ".values"));
    String shape = header.getAsJsonObject("__metadata__").get(name + ".shape").getAsString();
    int comma = shape.indexOf(',');
    int weights =
        Integer.parseInt(shape.substring(0, comma)) * Integer.parseInt(shape.substring(comma + 1));
    ByteBuffer out = ByteBuffer.allocate(2 * weights).order(ByteOrder.LITTLE_ENDIAN);
    for (int w = 0; w < weights; w++) {
      boolean stored = ((all.get(mask + w / 8) >> (w % 8)) & 1) == 1;
      if (stored) {
        out.putShort(2 * w, all.getShort(values));
        values += 2;
      }
    }
    return out;
  }

  private static long offset(JsonObject header, String tensor) {
    return header.getAsJsonObject(tensor).getAsJsonArray("data_offsets").get(0).getAsLong();
  }

  @Test
  void aProfileOfTheUsersIsScoredAndItsCacheHinted() throws IOException {
    Path profile = shared.resolve("mine.json");
    Files.writeString(
        profile,
        "{\"criterion\":\"ria\",\"layers\":[{\"layer\":0,\"pattern\":\"2:4\",\"key_bits\":8,"
            + "\"value_bits\":4},{\"layer\":2,\"key_bits\":3,\"value_bits\":2}]}");
    Path to = Files.createDirectory(shared.resolve("mine")); // an empty directory will do

    Ran exported =
        study(
            "export",
            "--profile",
            profile.toString(),
            "--mask",
            "sequential",
            "--to",
            to.toString());

    assertThat(exported.status()).as(exported.err()).isZero();
    assertThat(json(to.resolve("profile.json")).get("mask").getAsString()).isEqualTo("sequential");
    assertThat(to.resolve("README.md"))
        .content()
        .contains("A profile of the user's", "split test, held out", "of 16 questions")
        .contains("criterion `ria`, mask `sequential`");
    JsonObject hints = json(to.resolve("kv_cache.json"));
    assertThat(hints.getAsJsonObject("vllm"))
        .hasToString(
            "{\"kv_cache_dtype\":\"int8_per_token_head\",\"kv_cache_dtype_skip_layers\":"
                + "[\"1\",\"3\",\"4\",\"5\",\"6\",\"7\"]}");
    assertThat(hints.get("transformers").isJsonNull()).isTrue();
    try (Checkpoint written = Checkpoint.open(to)) {
      ByteBuffer up = written.tensor("language_model.model.layers.0.mlp.up_proj.weight").data();
      for (int group = 0; group < up.remaining() / 2; group += 4) {
        int zeros = 0;
        for (int w = group; w < group + 4; w++) {
          zeros += up.getShort(2 * w) == 0 ? 1 : 0;
        }
        assertThat(zeros).isEqualTo(2);
      }
    }
  }

  @Test
  void refusesWhatIsThereAndWhatIsNot() throws IOException {
    Path full = Files.createDirectory(shared.resolve("full"));
    Files.writeString(full.resolve("notes.txt"), "mine");

    Ran occupied = study("export", "--trial", "17", "--to", full.toString());
    assertThat(occupied.status()).isEqualTo(2);
    assertThat(occupied.err())
        .contains("--to: " + full + " is there and is not empty — name a new directory");
    assertThat(full.resolve("notes.txt")).hasContent("mine");

    Path none = shared.resolve("none");
    Ran unknown = study("export", "--trial", "99", "--to", none.toString());
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("--trial: study \"small\" has no trial 99");
    assertThat(none).doesNotExist();

    Ran both = study("export", "--trial", "17", "--profile", "x.json", "--to", none.toString());
    assertThat(both.status()).isEqualTo(2);
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
