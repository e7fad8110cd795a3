package io.paretune.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.search.Granularity;
import io.paretune.jobs.search.SamplerName;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.MaskKind;
import io.paretune.udfs.profile.Pattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParetuneConfigTest {
  @TempDir Path directory;

  @Test
  void theDefaults() {
    ParetuneConfig config = ParetuneConfig.defaults();

    assertThat(config)
        .isEqualTo(
            new ParetuneConfig(
                Path.of("runs/warehouse").toAbsolutePath().toString(),
                Optional.empty(),
                new Workload(16, 4096),
                new BenchmarkConfig(
                    Optional.empty(),
                    Optional.empty(),
                    BenchmarkFormat.GENERIC,
                    Optional.empty(),
                    Optional.empty(),
                    Protocol.LLAVA,
                    new AnsweringConfig(EvaluationMode.OPTIONS, EvaluationMode.PROTOCOL),
                    0.01,
                    "train",
                    "val",
                    "test",
                    List.of(),
                    new CoresetConfig(0, CoresetConfig.By.CATEGORY)),
                new CalibrationConfig(128, CalibrationSelection.FIRST),
                new StudyConfig(
                    "default",
                    SamplerName.TPE_GUIDED,
                    false,
                    0,
                    200,
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    new WarmStartConfig(List.of(), 0.5),
                    2,
                    8,
                    new RacingConfig(Optional.of(0.95), 4),
                    List.of(0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
                    new SpaceConfig(
                        List.of(CriterionName.WANDA),
                        MaskKind.ONE_SHOT,
                        Pattern.UNSTRUCTURED,
                        Granularity.LAYER,
                        4,
                        List.of(
                            0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
                            0.9),
                        List.of(),
                        List.of(),
                        List.of(16, 8, 4, 3, 2),
                        false),
                    new ConstraintsConfig(Optional.empty(), Optional.empty())),
                new EvaluationConfig(32),
                Duration.ofDays(7),
                Duration.ofSeconds(15),
                new MlflowConfig(Optional.empty(), "paretune"),
                DevicePolicy.AUTO,
                TypePolicy.AUTO,
                2L << 30,
                new JudgeConfig(
                    Optional.empty(),
                    Optional.empty(),
                    "PARETUNE_JUDGE_API_KEY",
                    40,
                    8,
                    Duration.ofSeconds(60),
                    6,
                    512),
                new RetuneConfig(20),
                new GateConfig(0.02, 0.1, Optional.empty(), 4, 0.95)));
  }

  @Test
  void everyKeyCanBeSetInAFile() throws IOException {
    Path file =
        write(
            """
            warehouse = "s3a://bucket/tables"
            model = models/llava
            workload = 8x2048
            benchmark { name = pope, samples = [a.parquet, "hdfs:/b.parquet"]
              format = pope, images = pictures, protocol = lmms-eval, answering { search = protocol, confirm = generate }, max-rejected-share = 0.2
              splits { calibration = c, search = s, held-out = h, shares = [0.5, 0.2, 0.3] }
              coreset { questions = 300, by = images } }
            benchmarks = null
            calibration.samples = 0
            calibration.selection = representative
            study {
              name = night, sampler = tpe, sensitivities = true, seed = -7, trials = 5, max-duration = 90 s
              patience = 30, template = "/t.json", warm-start { studies = [yesterday, 7b], weight = 0.25 }
              concurrency = 3, shards = 4, racing { confidence = 0.9, rungs = 2 }, uniform-baseline = []
              space { criterion = magnitude, mask = sequential, pattern = "4:8", granularity = block, blocks = 2
                pruning-ratios = [0.5, 0, 0.5], vision-pruning-ratios = [0], projector-pruning-ratios = [0, 0.0], key-value-bits = [4, 16]
                separate-key-and-value-bits = true }
              constraints { max-memory = 1 kB, min-mean-pruning-ratio = 0.4951 }
            }
            evaluation.batch = 1
            tables.retention = 5 hours
            tables.unrecorded = 3 s
            mlflow { server = "http://h:5000", experiment = e }
            resident { device = cpu, type = bf16 }
            resident.pruned-layers = 1 MiB
            judge { endpoint = "http://127.0.0.1:8000/v1", model = moonshotai/kimi-k2
              api-key-variable = MY_KEY, requests-per-minute = 1, concurrency = 2, timeout = 500 ms
              attempts = 3, max-tokens = 64 }
            retune.trials = 0
            gate { max-accuracy-loss = 0.01, min-memory-gain = 0.2, max-ttft = 1500 ms, threads = 16, confidence = 0.9 }
            """);

    ParetuneConfig config = read(file);

    assertThat(config)
        .isEqualTo(
            new ParetuneConfig(
                "s3a://bucket/tables",
                Optional.of(directory.resolve("models/llava").toString()),
                new Workload(8, 2048),
                new BenchmarkConfig(
                    Optional.of("pope"),
                    Optional.of(
                        List.of(directory.resolve("a.parquet").toString(), "hdfs:/b.parquet")),
                    BenchmarkFormat.POPE,
                    Optional.of(directory.resolve("pictures").toString()),
                    Optional.empty(),
                    Protocol.LMMS_EVAL,
                    new AnsweringConfig(EvaluationMode.PROTOCOL, EvaluationMode.GENERATE),
                    0.2,
                    "c",
                    "s",
                    "h",
                    List.of(0.5, 0.2, 0.3),
                    new CoresetConfig(300, CoresetConfig.By.IMAGES)),
                new CalibrationConfig(0, CalibrationSelection.REPRESENTATIVE),
                new StudyConfig(
                    "night",
                    SamplerName.TPE,
                    true,
                    -7,
                    5,
                    Optional.of(Duration.ofSeconds(90)),
                    30,
                    Optional.of("/t.json"),
                    new WarmStartConfig(List.of("yesterday", "7b"), 0.25),
                    3,
                    4,
                    new RacingConfig(Optional.of(0.9), 2),
                    List.of(),
                    new SpaceConfig(
                        List.of(CriterionName.MAGNITUDE),
                        MaskKind.SEQUENTIAL,
                        Pattern.FOUR_OF_EIGHT,
                        Granularity.BLOCK,
                        2,
                        List.of(0.0, 0.5),
                        List.of(0.0),
                        List.of(0.0),
                        List.of(16, 4),
                        true),
                    new ConstraintsConfig(Optional.of(1000L), Optional.of(0.4951))),
                new EvaluationConfig(1),
                Duration.ofHours(5),
                Duration.ofSeconds(3),
                new MlflowConfig(Optional.of("http://h:5000"), "e"),
                DevicePolicy.CPU,
                TypePolicy.BF16,
                1L << 20,
                new JudgeConfig(
                    Optional.of("http://127.0.0.1:8000/v1"),
                    Optional.of("moonshotai/kimi-k2"),
                    "MY_KEY",
                    1,
                    2,
                    Duration.ofMillis(500),
                    3,
                    64),
                new RetuneConfig(0),
                new GateConfig(0.01, 0.2, Optional.of(Duration.ofMillis(1500)), 16, 0.9)));
    assertThat(keysOf(file)).as("every key is set above").isEqualTo(allKeys());
  }

  @Test
  void theDefaultsFileListsExactlyTheKeysThatAreRead() {
    Set<String> listed = new TreeSet<>();
    ConfigFiles.visitLeaves(
        List.of(), ConfigFiles.defaults().root(), (path, v) -> listed.add(Key.join(path)));

    assertThat(listed).isEqualTo(allKeys());
  }

  @Test
  void theCommandLineWinsOverTheFileAndTheFileOverTheDefaults() throws IOException {
    Path file = write("study { trials = 5, seed = 3 }");

    ParetuneConfig config = read(file, "study.trials=6", "warehouse=s3a://b/x#y", "model=null");

    assertThat(config.study().trials()).isEqualTo(6);
    assertThat(config.study().seed()).isEqualTo(3);
    assertThat(config.study().shards()).isEqualTo(8);
    assertThat(config.warehouse()).isEqualTo("s3a://b/x#y");
    assertThat(config.modelIfSet()).isEmpty();
  }

  @Test
  void listsOnTheCommandLineNeedNoBrackets() {
    ParetuneConfig config =
        read(null, "benchmark.samples=a.parquet, /b.parquet", "study.space.key-value-bits=[8, 16]");

    assertThat(config.benchmark().samplesIfSet().orElseThrow())
        .containsExactly(Path.of("a.parquet").toAbsolutePath().toString(), "/b.parquet");
    assertThat(config.study().space().keyValueBits()).containsExactly(16, 8);
  }

  @Test
  void theDemosStudyIsValid() {
    Path file = Path.of(System.getProperty("paretune.home"), "conf", "studies", "demo.conf");

    ParetuneConfig config =
        ParetuneConfig.read(
            Optional.of(file), List.of(), Set.of("model", "benchmark.name", "benchmark.samples"));

    assertThat(Path.of(config.model())).isEqualTo(file.resolve("../../demo/model").normalize());
    assertThat(config.benchmark().name()).isEqualTo("demo");
  }

  private static ParetuneConfig read(Path file, String... overrides) {
    return ParetuneConfig.read(Optional.ofNullable(file), List.of(overrides), Set.of());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "study", ".conf"), text);
  }

  private static Set<String> keysOf(Path file) {
    List<String> keys = new ArrayList<>();
    ConfigFiles.visitLeaves(
        List.of(),
        com.typesafe.config.ConfigFactory.parseFile(file.toFile()).root(),
        (path, v) -> keys.add(Key.join(path)));
    return new TreeSet<>(keys);
  }

  private static Set<String> allKeys() {
    return new TreeSet<>(Keys.ALL.stream().map(Key::path).toList());
  }
}
