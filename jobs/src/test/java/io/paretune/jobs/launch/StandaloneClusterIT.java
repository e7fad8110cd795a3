package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.command.PoisonedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a real master and three workers on loopback addresses, with two GPUs each that are only
 * pretended, and with authentication and encryption as {@code conf/spark-defaults.conf} says.
 */
@Tag("cluster")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
@TestMethodOrder(
    MethodOrderer.OrderAnnotation.class) // one worker is enough for the first; the last ends some
class StandaloneClusterIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Path SPARK = Path.of(System.getProperty("paretune.build"), "spark");
  private static final Duration LIMIT = Duration.ofMinutes(14);

  @TempDir private static Path directory;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void startCluster() throws Exception {
    Path conf = ClusterSecurity.write(HOME, directory.resolve("conf"));
    cluster =
        new StandaloneCluster(
            SPARK,
            directory,
            Map.of(
                "SPARK_CONF_DIR",
                conf.toString(),
                "PARETUNE_FAKE_GPUS",
                "2",
                "SPARK_WORKER_OPTS",
                "-Dspark.worker.resource.gpu.amount=2 -Dspark.worker.resource.gpu.discoveryScript="
                    + HOME.resolve("conf/gpu-discovery.sh")));
    cluster.addWorkers(1);
    PythonEnvironment.ofNotebooks()
        .run(
            "first_samples.py",
            directory,
            directory.resolve("samples.parquet").toString(),
            "train=16",
            "val=160",
            "test=4");
    PoisonedCheckpoint.write(HOME.resolve("conf/demo/model"), directory.resolve("model"), 3);
  }

  private static Map<String, String> environment() {
    return Map.of(
        "SPARK_LOCAL_IP", "127.0.0.1", "SPARK_CONF_DIR", directory.resolve("conf").toString());
  }

  @AfterAll
  static void endCluster() {
    cluster.close();
  }

  @Test
  @Order(1)
  void theReadmesLineRunsOnAStandaloneCluster() throws Exception {
    Path answers = directory.resolve("dense.jsonl");
    String line =
        standaloneLine()
            .replace("spark://HOST:7077", cluster.master())
            .replace("--properties-file", "--load-spark-defaults --properties-file")
            .replace("dense.jsonl", answers.toString());

    Finished run = Finished.run(List.of("bash", "-c", line), withHome(environment()), HOME, LIMIT);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("{").contains("\"accuracy\"", "\"questions\"");
    assertThat(answers).isNotEmptyFile();
    assertThat(cluster.workerLog()).contains("Asked to launch executor");
  }

  /** The line is taken from README, so that it cannot rot. */
  private static String standaloneLine() throws IOException {
    Matcher block =
        Pattern.compile("Standalone[^\n]*\n```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(HOME.resolve("README.md")));
    assertThat(block.find()).as("README gives the standalone line").isTrue();
    return block.group(1);
  }

  /** What is missing is said before anything is prepared, for each GPU of each executor once. */
  @Test
  @Order(2)
  void gpusThatCannotBeUsedAreRefusedAtTheStart() throws Exception {
    cluster.haveWorkers(3);
    Finished refused;
    try (Running run = tune("refused", "refused", options(), List.of("resident.device=auto"))) {
      refused = run.finished(LIMIT);
    }

    assertThat(refused.status()).as(refused.err()).isEqualTo(2);
    for (String host : List.of("127.0.0.2", "127.0.0.3", "127.0.0.4")) {
      for (int gpu = 0; gpu < 2; gpu++) {
        assertThat(refused.err())
            .containsOnlyOnce(
                "spark.task.resource.gpu.amount: gives a task gpu:%d of %s, which CUDA cannot use:"
                    .formatted(gpu, host));
      }
    }
  }

  /**
   * Some profiles overflow, the driver is killed, another is started beside its successor, an
   * executor gets 20 times slower, one cannot write to its disk, one is killed and shuffle files
   * with it, and a whole worker. Two trials are in flight meanwhile; proposals depend on the seed
   * and the trial's number, so the search that is left alone and asks one trial after the other has
   * the same.
   */
  @Test
  @Order(3)
  void aSearchOnWhichNearlyEverythingGoesWrongEndsAsOneThatIsLeftAlone() throws Exception {
    cluster.haveWorkers(3);
    Finished undisturbed;
    try (Running whole = tune("whole", "whole", List.of(), List.of("study.concurrency=1"))) {
      undisturbed = whole.finished(LIMIT);
    }
    assertThat(undisturbed.status()).as(undisturbed.err()).isZero();

    Finished disturbed = disturbed();

    assertThat(disturbed.status()).as(disturbed.err()).isZero();
    assertThat(disturbed.out().replace("disturbed", "whole"))
        .as("the same profiles with the same scores")
        .isEqualTo(undisturbed.out());
    JsonObject study = study("disturbed");
    System.out.println(study); // what happened, for the log
    assertThat(study.getAsJsonArray("states").toString())
        .as("none lost, none twice, those that overflow failed, and no others")
        .isEqualTo(study("whole").getAsJsonArray("states").toString())
        .contains("complete", "failed");
    assertThat(study.get("answered_twice").getAsInt()).as("no shard counts twice").isZero();
    assertThat(study.get("executors").getAsInt()).isGreaterThan(1);
    assertThat(study.getAsJsonArray("reasons").toString())
        .contains("log-probabilities are not finite");
  }

  private static Finished disturbed() throws Exception {
    List<String> options = options();
    try (Running first = tune("disturbed", "first", options, List.of())) {
      awaitCommits(first, commits() + 3);
    } // kill -9
    Instant killed = Instant.now();
    DriverPages pages = DriverPages.atAFreePort();
    options.addAll(pages.options());
    try (Running second = tune("disturbed", "second", options, List.of())) {
      int commits = commits();
      awaitCommits(second, commits + 1);
      said("driver killed: next trial recorded", killed);
      try (Running third = tune("disturbed", "third", List.of(), List.of())) {
        disturb(second);
        Finished refused = third.finished(LIMIT);
        assertThat(refused.status()).as(refused.err()).isEqualTo(1); // it may be tried again
        assertThat(refused.err())
            .contains("study \"disturbed\" is being run by process " + second.process().pid());
      }
      requireObservable(pages);
      ClusterSecurity.requireSecret(directory);
      return second.finished(LIMIT);
    }
  }

  private static void disturb(Running driver) throws Exception {
    ProcessHandle slow = cluster.executor(1);
    try (Running brake = slowedTwentyTimes(slow)) {
      Instant at = Instant.now();
      int commits = commits();
      run("prlimit", "--pid", Long.toString(cluster.executor(2).pid()), "--fsize=0");
      awaitCommits(driver, commits + 2);
      said("an executor 20 times slower, another's disk full: next trial recorded", at);

      at = Instant.now();
      commits = commits();
      loseShuffleFiles(cluster.localDirectory(2));
      assertThat(cluster.executor(0).destroyForcibly()).isTrue();
      awaitCommits(driver, commits + 2);
      said("an executor killed, shuffle files lost: next trial recorded", at);

      at = Instant.now();
      commits = commits();
      ProcessHandle orphan = cluster.executor(2);
      assertThat(cluster.worker(2).destroyForcibly()).isTrue();
      orphan.destroyForcibly();
      awaitCommits(driver, commits + 2);
      said("a worker killed with its executor: next trial recorded", at);
      assertThat(brake.process().isAlive()).isTrue();
    } finally {
      run("kill", "-CONT", Long.toString(slow.pid()));
    }
  }

  private static Map<String, String> withHome(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("SPARK_HOME", SPARK.toString());
    return all;
  }

  /** What README says is at the driver's port while it runs. */
  private static void requireObservable(DriverPages pages) throws Exception {
    String metrics = pages.page("/metrics/prometheus/");
    assertThat(DriverPages.figure(metrics, "trials_complete")).isGreaterThanOrEqualTo(1);
    assertThat(DriverPages.figure(metrics, "trials_questions_Count")).isGreaterThanOrEqualTo(160);
    assertThat(DriverPages.figure(metrics, "trials_slots_utilisation")).isBetween(1e-3, 1.);
    assertThat(DriverPages.figure(metrics, "trials_model_switches")).isPositive();
    assertThat(DriverPages.figure(metrics, "trials_bytes_loaded")).isPositive();
    assertThat(pages.page("/jobs/"))
        .as("jobs by study, trial and memory")
        .containsPattern("disturbed trial \\d+: \\d+\\.\\d MB");
  }

  private static List<String> options() {
    return new ArrayList<>(
        List.of(
            "--load-spark-defaults",
            "--master",
            cluster.master(),
            "--executor-memory",
            "1g",
            "--executor-cores",
            "2",
            "--conf",
            "spark.executor.resource.gpu.amount=2",
            "--conf",
            "spark.task.resource.gpu.amount=1",
            "--conf",
            "spark.ui.enabled=false"));
  }

  private static Running tune(
      String study, String name, List<String> options, List<String> settings) throws IOException {
    List<String> words = new ArrayList<>(List.of(HOME.resolve("paretune").toString()));
    words.addAll(options);
    words.addAll(
        List.of(
            "tune",
            "warehouse=" + directory.resolve("warehouse"),
            "model=" + directory.resolve("model"),
            "workload=16x128",
            "benchmark.name=demo",
            "benchmark.samples=[\"" + directory.resolve("samples.parquet") + "\"]",
            "resident.device=cpu",
            "study.name=" + study,
            "study.concurrency=2",
            "study.sampler=random",
            "study.racing.confidence=null", // who is ahead of whom depends on who runs beside whom
            "tables.unrecorded=1 ms", // what is killed has recorded trials behind it
            "study.trials=22",
            "study.shards=6",
            "study.uniform-baseline=[]",
            "calibration.samples=16",
            "study.space.key-value-bits=[16,4]"));
    words.addAll(settings);
    return Running.start(words, environment(), directory, name);
  }

  /** Changes of trials that were recorded so far. */
  private static int commits() throws IOException {
    Path log = directory.resolve("warehouse/trials/_delta_log");
    try (Stream<Path> files = Files.list(log)) {
      return (int) files.filter(f -> f.toString().endsWith(".json")).count();
    }
  }

  private static void awaitCommits(Running driver, int wanted) throws Exception {
    await(
        driver,
        () -> commits() >= wanted,
        () -> "%d commits, wanted %d".formatted(commits(), wanted));
  }

  private static void await(Running driver, Callable<Boolean> that, Callable<String> otherwise)
      throws Exception {
    Instant end = Instant.now().plus(LIMIT);
    while (!that.call()) {
      if (Instant.now().isAfter(end) || !driver.process().isAlive()) {
        throw new AssertionError(otherwise.call() + ": " + Files.readString(driver.err()));
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Lets a process run for a twentieth of the time. */
  private static Running slowedTwentyTimes(ProcessHandle process) throws IOException {
    return Running.start(
        List.of(
            "bash",
            "-c",
            "while kill -STOP $0; do sleep 0.95; kill -CONT $0; sleep 0.05; done",
            Long.toString(process.pid())),
        Map.of(),
        directory,
        "brake");
  }

  private static void loseShuffleFiles(Path local) throws IOException {
    List<Path> lost;
    try (Stream<Path> files = Files.walk(local)) {
      lost = files.filter(f -> f.getFileName().toString().startsWith("shuffle_")).toList();
    }
    for (Path file : lost) {
      Files.deleteIfExists(file);
    }
  }

  private static void run(String... words) throws IOException, InterruptedException {
    Finished.run(List.of(words), Map.of(), directory, Duration.ofSeconds(20));
  }

  /** For README's table; what is measured here is not promised. */
  private static void said(String what, Instant since) {
    System.out.printf(
        "%s after %.1f s%n", what, Duration.between(since, Instant.now()).toMillis() / 1e3);
  }

  private static JsonObject study(String name) throws Exception {
    return JsonParser.parseString(
            PythonEnvironment.ofNotebooks()
                .run("read_study.py", directory, directory.resolve("warehouse").toString(), name))
        .getAsJsonObject();
  }
}
