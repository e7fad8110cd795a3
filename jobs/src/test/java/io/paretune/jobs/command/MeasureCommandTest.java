package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.tables.ImageFeaturesTable;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.jobs.tables.MeasurementsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.profile.CompressionProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code measure} on the embedded model; that figures are right is {@code CompressedModelTest}'s.
 */
class MeasureCommandTest {
  private static final String STUDY = "study";

  @TempDir static Path shared;
  private static String samples;
  private static Warehouse warehouse;

  @BeforeAll
  static void samples() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("train", 4);
    counts.put("val", 4);
    counts.put("test", 4);
    samples = DemoSamples.first(SharedSpark.session(), shared.resolve("s.parquet"), counts);
    warehouse = Warehouse.at("warehouse", shared.resolve("warehouse").toString());
    warehouse.createTables(SharedSpark.session());
    new TrialsTable(SharedSpark.session(), warehouse)
        .upsert(List.of(Trials.running(STUDY, 3, 0.5, 500)));
  }

  private static Ran measure(String... options) {
    List<String> words = new ArrayList<>(List.of("measure"));
    words.addAll(List.of("--runs", "2", "--warm-ups", "0", "--threads", "1"));
    words.addAll(List.of(options));
    words.addAll(
        List.of(
            "warehouse=" + shared.resolve("warehouse"),
            "model=" + DemoSamples.MODEL,
            "benchmark.name=demo",
            "benchmark.samples=[\"" + samples + "\"]",
            "calibration.samples=4",
            "study.shards=1",
            "study.name=" + STUDY));
    return Ran.command(shared.resolve("logs"), words.toArray(String[]::new));
  }

  @Test
  void itAddsRowsOfTheDenseModelAndOfTheTrialsThatWereChosen() {
    TrialRecord trial = Trials.running(STUDY, 3, 0.5, 500);

    Ran ran = measure("--trial", "3", "--batch", "2", "--text-tokens", "5", "--new-tokens", "3");

    assertThat(ran.status()).as(ran.err()).isZero();
    List<MeasurementRecord> measured =
        new MeasurementsTable(SharedSpark.session(), warehouse).ofStudy(STUDY);
    assertThat(measured)
        .extracting(MeasurementRecord::trialId, MeasurementRecord::profile)
        .containsExactly(
            tuple(OptionalLong.empty(), CompressionProfile.dense()),
            tuple(OptionalLong.of(3), trial.profile()));
    MemoryFootprint claimed = footprint();
    for (MeasurementRecord m : measured) {
      assertThat(m.settings().batch()).isEqualTo(2);
      assertThat(m.speed().ttftSeconds().low()).isPositive();
      assertThat(m.speed().decodeSeconds().low()).isPositive();
      // The file's last vision layer, 6 % of this small model, is never run and not loaded.
      assertThat(m.speed().weightBytes() / (double) claimed.weightBytes(m.profile()))
          .isBetween(0.9, 1.0);
      assertThat(m.speed().peakBytes()).isGreaterThan(m.speed().kvBytes());
    }
    assertThat(ran.out())
        .contains("2 requests of an image and 5 text tokens, 3 new tokens each; median of 2 runs")
        .containsPattern("(?m)^dense +0[.]")
        .containsPattern("(?m)^trial 3 +0[.]");
  }

  @Test
  void whatCannotBeMeasuredIsRefusedAndNothingIsWritten() {
    assertThat(measure("--trial", "7,8").err())
        .contains("--trial: study \"study\" has no trial 7")
        .contains("--trial: study \"study\" has no trial 8");
    assertThat(measure("--text-tokens", "500").err())
        .isEqualTo(
            "--text-tokens, --new-tokens: with 64 of its image a request has 596 tokens"
                + " — the model's max_position_embeddings is 512\n");
    assertThat(measure().err()).contains("study \"study\" has no frontier");
    Ran noFile = measure("--profile", "missing.json");
    assertThat(noFile.status()).isEqualTo(2);
    assertThat(noFile.err())
        .isEqualTo("missing.json: does not exist — give a profile's JSON file\n");
  }

  @Test
  void featuresInAnotherTypeAreOthersAndSoIsTheModelsName() {
    Ran ran =
        Ran.command(
            shared.resolve("logs"),
            "encode",
            "resident.type=bf16",
            "warehouse=" + shared.resolve("typed"),
            "model=" + DemoSamples.MODEL,
            "benchmark.name=demo",
            "benchmark.samples=[\"" + samples + "\"]",
            "study.shards=1");

    if (!ComputeType.BF16.isFastOn(Device.cpu())) {
      assertThat(ran.status()).isEqualTo(2);
      assertThat(ran.err()).startsWith("bf16: is slow on the processor of executor driver");
      return;
    }
    assertThat(ran.status()).as(ran.err()).isZero();
    Warehouse typed = Warehouse.at("warehouse", shared.resolve("typed").toString());
    ImageFeaturesTable features = new ImageFeaturesTable(SharedSpark.session(), typed);
    try (Checkpoint checkpoint = Checkpoint.open(DemoSamples.MODEL)) {
      assertThat(features.read(checkpoint.modelId() + "@bf16").count()).isEqualTo(3);
      assertThat(features.read(checkpoint.modelId()).count()).isZero();
    }
  }

  private static MemoryFootprint footprint() {
    try (Checkpoint checkpoint = Checkpoint.open(DemoSamples.MODEL)) {
      return new MemoryFootprint(DecoderShape.of(checkpoint), new Workload(2, 128));
    }
  }
}
