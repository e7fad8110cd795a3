package io.paretune.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.paretune.jobs.search.Granularity;
import io.paretune.jobs.search.SamplerName;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
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
  void aKeyInTheWrongPlaceIsRefusedAndNotRepeated() {
    assertThatThrownBy(() -> read(null, "judge.api-key-variable=nvapi-s3cret"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("never a key itself")
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> read(null, "judge.endpoint=https://me:s3cret@host/v1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("an address such as https://host/v1")
        .hasMessageNotContaining("s3cret");
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
  void everyProblemIsReportedTogetherWithItsLine() throws IOException {
    Path file =
        write(
            """
            study {
              trials = many
              shards = 0
              smapler = random
              sampler = tep
            }
            workload = 16
            calibration = 3
            study.constraints.min-mean-pruning-ratio = 1.5
            """);

    InvalidInputException e =
        catchThrowableOfType(
            InvalidInputException.class,
            () ->
                ParetuneConfig.read(
                    Optional.of(file), List.of("study.sede=1", "word"), Set.of("model")));

    assertThat(e.problems())
        .extracting(Problem::toString)
        .containsExactlyInAnyOrder(
            "command line: word: is neither an option nor key=value",
            file + ":4: study.smapler: there is no such key — did you mean \"study.sampler\"?",
            file
                + ":8: calibration: is a group of keys and has no value of its own — it holds"
                + " calibration.samples, calibration.selection",
            "command line: study.sede: there is no such key — did you mean \"study.seed\"?",
            "model: is not set — give model=…: a path or a URI",
            file
                + ":7: workload: \"16\" is not a workload — give BATCHxCONTEXT, such as 16x4096:"
                + " requests held at once x tokens of each",
            file + ":2: study.trials: is \"many\" — must be a whole number from 1 to 1000000",
            file + ":3: study.shards: is 0 — must be a whole number from 1 to 100000",
            file + ":5: study.sampler: is \"tep\" — must be one of random, tpe, tpe-guided",
            file
                + ":9: study.constraints.min-mean-pruning-ratio: is 1.5 — must be a share from 0 to"
                + " below 1");
  }

  @Test
  void refusesValuesThatAreNoneOfTheirKind() {
    assertProblem("study.seed=1.5", "a whole number");
    assertProblem("study.trials=2.5", "a whole number from 1 to 1000000");
    assertProblem("study.trials=1e30", "a whole number from 1 to 1000000");
    assertProblem("study.max-duration=0 s", "a time above 0 such as 90 s or 2 hours");
    assertProblem("study.max-duration=soon", "a time above 0 such as 90 s or 2 hours");
    assertProblem("study.patience=-1", "a whole number from 0 to 1000000");
    assertProblem("study.warm-start.weight=1", "a share above 0 and below 1");
    assertProblem(
        "study.warm-start.studies=[a/b]", "a list of names of letters, digits, '.', '_' and '-'");
    assertProblem("study.constraints.max-memory=-1", "a size above 0 such as 500 MB or 8 GiB");
    assertProblem("study.constraints.max-memory=big", "a size above 0 such as 500 MB or 8 GiB");
    assertProblem("study.space.key-value-bits=5", "a list of some of [16, 8, 6, 4, 3, 2]");
    assertProblem("study.space.key-value-bits=[]", "a list of some of [16, 8, 6, 4, 3, 2]");
    assertProblem("study.space.pruning-ratios=[]", "a list of at least 1 shares from 0 to below 1");
    assertProblem(
        "study.space.pruning-ratios=[{}]", "a list of at least 1 shares from 0 to below 1");
    assertProblem("study.uniform-baseline=NaN", "a list of shares from 0 to below 1");
    assertProblem("study.space.separate-key-and-value-bits=maybe", "true or false");
    assertProblem("study.name=a/b", "a name of letters, digits, '.', '_' and '-'");
    assertProblem("warehouse=", "a path or a URI");
    assertProblem("warehouse=null", "a path or a URI");
    assertProblem("benchmark.samples=[]", "a list of paths or URIs");
    assertProblem(
        "benchmark.splits.shares=[0.5,0.6]",
        "[] or three shares that add up to 1, such as [0.2, 0.4, 0.4]");
    assertProblem("study.trials={a=1}", "a whole number from 1 to 1000000");
  }

  @Test
  void refusesFilesThatCannotBeRead() throws IOException {
    Path missing = directory.resolve("none.conf");
    assertThatThrownBy(() -> read(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(missing + ": there is no such file — see conf/studies for examples");

    Path broken = write("a = 1\nstudy { trials = 5\n");
    assertThatThrownBy(() -> read(broken))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(broken + ":3: ");

    Path dangling = write("model = ${nowhere}");
    assertThatThrownBy(() -> read(dangling))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(dangling + ":1: ")
        .hasMessageContaining("${nowhere}");
  }

  @Test
  void refusesKeysThatAreNotPaths() {
    assertThatThrownBy(() -> read(null, "a..b=1", "=1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("command line: a..b=1: ")
        .hasMessageContaining("command line: =1: is neither an option nor key=value");
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

  private static void assertProblem(String word, String expected) {
    assertThatThrownBy(() -> read(null, word))
        .as(word)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(word.substring(0, word.indexOf('=')) + ": is ")
        .hasMessageEndingWith("must be " + expected);
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
