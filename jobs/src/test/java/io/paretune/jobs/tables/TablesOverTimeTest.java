package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.delta.tables.DeltaTable;
import io.paretune.jobs.SharedSpark;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaConcurrentModificationException;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

class TablesOverTimeTest {
  private static final SparkSession SPARK = SharedSpark.session();

  private static final AtomicInteger TRIES = new AtomicInteger();

  @TempDir Path folder;

  /** As a version wrote it that knew no confirmed scores. */
  @Test
  void aTableOfAnEarlierVersionIsReadAndGetsTheColumnsThatItLacks() {
    Warehouse older = Warehouse.at("warehouse", folder.toString());
    TrialRecord old = Trials.running("s", 0, 0.5, 100);
    SPARK
        .createDataFrame(List.of(TrialsTable.toRow(old)), TrialsTable.SCHEMA)
        .drop("confirmed_score")
        .write()
        .format("delta")
        .partitionBy("study")
        .save(older.path("trials"));
    TrialsTable trials = new TrialsTable(SPARK, older);
    assertThat(trials.ofStudy("s")).as("before anything is changed").containsExactly(old);

    trials.directory().createIfAbsent();
    TrialRecord confirmed =
        old.completed(Trials.score(0.5), Instant.EPOCH.plusSeconds(9), 3)
            .confirmed(HeldOut.ofOptions(0.25));
    trials.upsert(List.of(confirmed));

    assertThat(trials.ofStudy("s")).containsExactly(confirmed);
  }

  /**
   * Delta by itself refuses versions of more than 7 days ago, and forgets those of more than 30.
   */
  @Test
  void withALongerRetentionEarlierVersionsOfAllTablesCanBeReadAsLong() throws IOException {
    Warehouse old = Warehouse.at("warehouse", folder.toString());
    old.createTables(SPARK);
    TrialsTable trials = new TrialsTable(SPARK, old);
    trials.upsert(List.of(Trials.running("s", 0, 0.5, 100)));
    trials.upsert(List.of(Trials.running("s", 1, 0.5, 100)));

    old.tidy(SPARK, "s", Duration.ofDays(90), Instant.now());

    for (String name : List.of("trials", "shard_results", "samples", "frontier")) {
      Row detail = DeltaTable.forPath(SPARK, old.path(name)).detail().head();
      assertThat(detail.<String, String>getJavaMap(detail.fieldIndex("properties")))
          .as(name)
          .containsEntry("delta.deletedFileRetentionDuration", "interval 2160 hours")
          .containsEntry("delta.logRetentionDuration", "interval 2160 hours");
    }
    agedByDays(folder.resolve("trials/_delta_log"), 60);
    DeltaLog log = DeltaLog.forTable(SPARK, old.path("trials"));
    log.checkpoint(log.unsafeVolatileSnapshot(), Option.empty()); // and forgets what is too old
    assertThat(SPARK.read().format("delta").option("versionAsOf", 1).load(old.path("trials")))
        .as("of 60 days ago")
        .satisfies(rows -> assertThat(rows.count()).isEqualTo(1));

    old.tidy(SPARK, "s", Duration.ofDays(7), Instant.now());
    Row detail = DeltaTable.forPath(SPARK, old.path("trials")).detail().head();
    assertThat(detail.<String, String>getJavaMap(detail.fieldIndex("properties")))
        .as("nothing is forgotten earlier than somebody asked for")
        .containsEntry("delta.logRetentionDuration", "interval 2160 hours");
  }

  /** As the end of another study's run does, in the middle of this one's write. */
  @Test
  void aWriteThatMeetsAChangeOfTheTablesSettingsIsMadeAgain() {
    Warehouse shared = Warehouse.at("warehouse", folder.toString());
    TrialsTable trials = new TrialsTable(SPARK, shared);
    trials.directory().createIfAbsent();
    TrialRecord trial = Trials.running("s", 0, 0.5, 100);
    String path = shared.path("trials");
    TRIES.set(0);
    List<Throwable> refused = new ArrayList<>();

    TableDirectory.besideOthers(
        () -> {
          try {
            SPARK
                .createDataFrame(
                    JavaSparkContext.fromSparkContext(SPARK.sparkContext())
                        .parallelize(List.of(TrialsTable.toRow(trial)), 1)
                        .map(row -> afterKeeping(path, TRIES.incrementAndGet(), row)),
                    TrialsTable.SCHEMA)
                .write()
                .format("delta")
                .mode("append")
                .save(path);
          } catch (RuntimeException e) {
            refused.add(e);
            throw e;
          }
        });

    assertThat(refused).as("Delta refuses it").hasSize(1);
    assertThat(refused.get(0)).isInstanceOf(DeltaConcurrentModificationException.class);
    assertThat(trials.ofStudy("s")).containsExactly(trial);
  }

  /** In a task, when the write has begun. */
  private static Row afterKeeping(String path, int attempt, Row row) throws InterruptedException {
    if (attempt == 1) {
      Thread other = // a task may not use a session
          new Thread(
              () ->
                  new TableDirectory(SPARK, path, TrialsTable.SCHEMA, List.of("study"))
                      .keepReadable(Duration.ofDays(50)));
      other.start();
      other.join();
    }
    return row;
  }

  private static void agedByDays(Path log, int days) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
      }
    }
  }

  @Test
  void tidyingLeavesOneFileTheSameRowsAndTheVersionsOfTheRetention() throws IOException {
    Warehouse busy = Warehouse.at("warehouse", folder.toString());
    ShardResultsTable results = new ShardResultsTable(SPARK, busy);
    results.directory().createIfAbsent();
    List<ShardResultRecord> written = new ArrayList<>();
    for (long trial = 0; trial < 3; trial++) {
      ShardResultRecord row =
          new ShardResultRecord(
              "s",
              trial,
              0,
              1,
              "val",
              Answering.of(EvaluationMode.OPTIONS),
              0,
              List.of(),
              1.5,
              "executor",
              0);
      results.append("test", trial, List.of(row));
      written.add(row);
    }
    DeltaTable table = DeltaTable.forPath(SPARK, busy.path("shard_results"));
    long version = table.history(1).head().<Long>getAs("version");

    Instant now = Instant.now();
    results.directory().tidy("study", "s", Duration.ofHours(200), now);
    assertThat(table.history(1).head().<Long>getAs("version"))
        .as("few files, and none that could go: nothing is done")
        .isEqualTo(version);

    Instant later = now.plus(Duration.ofDays(30));
    Files.createFile(folder.resolve("shard_results/study=s/left by a writer that died.parquet"));
    results.directory().tidy("study", "s", Duration.ofHours(200), later);
    results.directory().tidy("study", "s", Duration.ofHours(3), later); // less than Delta's own

    Row detail = table.detail().head();
    assertThat(detail.<Long>getAs("numFiles")).isEqualTo(1);
    assertThat(detail.<String, String>getJavaMap(detail.fieldIndex("properties")))
        .containsEntry("delta.deletedFileRetentionDuration", "interval 3 hours");
    assertThat(results.ofStudy("s")).isEqualTo(written);
    assertThat(
            SPARK
                .read()
                .format("delta")
                .option("versionAsOf", version)
                .load(busy.path("shard_results"))
                .collectAsList())
        .as("its files are younger than the retention")
        .extracting(ShardResultsTable::fromRow)
        .containsExactlyInAnyOrderElementsOf(written);
  }
}
