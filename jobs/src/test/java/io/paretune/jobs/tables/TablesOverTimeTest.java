package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.delta.tables.DeltaTable;
import io.paretune.jobs.SharedSpark;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesOverTimeTest {
  private static final SparkSession SPARK = SharedSpark.session();

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
