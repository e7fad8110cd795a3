package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.FilesElsewhere;
import io.paretune.jobs.tables.LogStoreRace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Warehouse, benchmark, model and what is exported on an S3 server on loopback. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ObjectStorageIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Path SCRIPTS = HOME.resolve("jobs/src/test/python/s3");
  private static final Duration LIMIT = Duration.ofMinutes(14);
  private static final String SECRET = "a-secret-that-nobody-may-read";
  private static final String KEY_ID = "AKIA-an-id-that-nobody-may-read";

  @TempDir private static Path directory;
  private static PythonEnvironment python;
  private static Running server;
  private static String endpoint;

  @BeforeAll
  static void startServer() throws Exception {
    python = PythonEnvironment.of("jobs/src/test/python/s3/requirements.lock");
    Path samples = directory.resolve("samples.parquet");
    python.run("first_samples.py", directory, samples.toString(), "train=16", "val=40", "test=8");
    server =
        Running.start(
            List.of(
                python.program("python"),
                SCRIPTS.resolve("s3_server.py").toString(),
                "bucket",
                "model=" + HOME.resolve("conf/demo/model"),
                "samples.parquet=" + samples),
            Map.of(),
            directory,
            "s3");
    endpoint = firstLine(server);
  }

  @AfterAll
  static void endServer() {
    server.close();
  }

  @Test
  void aStudyRunsOnObjectStorageAndTellsNobodyItsCredentials() throws Exception {
    Finished first = paretune("first", "tune");
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out()).contains("Frontier of s3");
    Finished again = paretune("again", "tune", "--verbose");
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.err()).contains("study s3 is complete");
    assertThat(again.out()).isEqualTo(first.out());

    Finished export =
        paretune("export", "export", "--trial", "0", "--to", "s3a://bucket/exports/dense");
    assertThat(export.status()).as(export.err()).isZero();

    for (Finished said : List.of(first, again, export)) {
      assertThat(said.out() + said.err()).doesNotContain(SECRET, KEY_ID);
    }
    assertThat(events()).as("Spark has them, and hides them").contains("fs.s3a.secret.key");
    assertThat(events()).as("plans").contains("physicalPlanDescription");
    requireNoSecretIn(directory.resolve("events"));
    requireNoSecretIn(directory.resolve("logs"));
    Path bucket = copyOfTheBucket();
    requireNoSecretIn(bucket);
    assertThat(bucket.resolve("exports/dense/model.safetensors"))
        .as("the dense trial's checkpoint is the model's")
        .hasSameBinaryContentAs(HOME.resolve("conf/demo/model/model.safetensors"));
    assertThat(bucket.resolve("exports/dense/config.json")).exists();
    assertThat(bucket.resolve("exports/dense/profile.json")).exists();
    assertThat(bucket.resolve("exports/dense/README.md")).exists();
  }

  @Test
  void publishedFilesAreReadThere() throws Exception {
    SparkSession spark = SharedSpark.session();
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    configure(hadoop);
    String root = "s3a://bucket/published";
    FilesElsewhere files =
        new FilesElsewhere(
            spark,
            new org.apache.hadoop.fs.Path(root).getFileSystem(hadoop),
            root,
            Files.createDirectory(directory.resolve("published")));

    files.requireJsonLinesWithAFolderOfImages();
    files.requireGqasFoldersOfParquet();
  }

  @Test
  void ofManyWhoCreateAVersionOfATableOneDoes() throws Exception {
    Configuration hadoop = new Configuration();
    configure(hadoop);
    LogStoreRace.requireOneWinner(hadoop, "s3a://bucket/log");
  }

  private static Map<String, String> settings() {
    return Map.of(
        "endpoint", endpoint,
        "endpoint.region", "us-east-1",
        "path.style.access", "true",
        "connection.ssl.enabled", "false");
  }

  private static void configure(Configuration hadoop) {
    settings().forEach((key, value) -> hadoop.set("fs.s3a." + key, value));
    hadoop.set("fs.s3a.access.key", KEY_ID);
    hadoop.set("fs.s3a.secret.key", SECRET);
  }

  private static Finished paretune(String name, String command, String... options)
      throws Exception {
    List<String> words = new ArrayList<>(List.of(HOME.resolve("paretune").toString()));
    settings().forEach((key, value) -> conf(words, "spark.hadoop.fs.s3a." + key + "=" + value));
    Path events = Files.createDirectories(directory.resolve("events"));
    conf(words, "spark.eventLog.enabled=true");
    conf(words, "spark.eventLog.compress=false");
    conf(words, "spark.eventLog.dir=" + events.toUri());
    conf(words, "spark.ui.enabled=false");
    words.add(command);
    words.addAll(List.of(options));
    words.addAll(
        List.of(
            "warehouse=s3a://bucket/warehouse",
            "model=s3a://bucket/model",
            "benchmark.name=demo",
            "benchmark.samples=[\"s3a://bucket/samples.parquet\"]",
            "workload=16x128",
            "calibration.samples=16",
            "study.name=s3",
            "study.trials=1",
            "study.shards=2",
            "study.uniform-baseline=[]",
            "study.space.key-value-bits=[16]"));
    Path logs = Files.createDirectories(directory.resolve("logs"));
    try (Running run =
        Running.start(
            words,
            Map.of("AWS_ACCESS_KEY_ID", KEY_ID, "AWS_SECRET_ACCESS_KEY", SECRET),
            logs,
            name)) {
      return run.finished(LIMIT);
    }
  }

  private static void conf(List<String> words, String setting) {
    words.addAll(List.of("--conf", setting));
  }

  private static String events() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : files(directory.resolve("events"))) {
      all.append(Files.readString(file));
    }
    return all.toString();
  }

  private static Path copyOfTheBucket() throws Exception {
    Path copy = directory.resolve("copy");
    python.run("s3/s3_copy.py", directory, endpoint, "bucket", copy.toString());
    assertThat(copy.resolve("warehouse/trials/_delta_log")).isNotEmptyDirectory();
    assertThat(copy.resolve("warehouse/leases")).isNotEmptyDirectory();
    return copy;
  }

  /** Of compressed Parquet pages only the statistics are seen. */
  private static void requireNoSecretIn(Path folder) throws IOException {
    for (Path file : files(folder)) {
      assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
          .as(file.toString())
          .doesNotContain(SECRET, KEY_ID);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static String firstLine(Running server) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(LIMIT);
    while (!Files.readString(server.out()).contains("\n")) {
      if (Instant.now().isAfter(end) || !server.process().isAlive()) {
        throw new AssertionError("no S3 server: " + Files.readString(server.err()));
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return Files.readString(server.out()).strip();
  }
}
