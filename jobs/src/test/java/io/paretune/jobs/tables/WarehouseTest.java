package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import io.paretune.jobs.SharedSpark;
import io.paretune.udfs.problem.InvalidInputException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarehouseTest {
  private static final SparkSession SPARK = SharedSpark.session();

  @TempDir private static Path folder;
  private static Warehouse warehouse;

  @BeforeAll
  static void createTwice() {
    warehouse = Warehouse.at("warehouse", folder.resolve("ware house").toString());
    warehouse.createTables(SPARK);
    warehouse.createTables(SPARK);
  }

  @Test
  void locationsAreMadeAbsolute() {
    assertThat(Warehouse.at("warehouse", "s3a://bucket/w/").path("trials"))
        .isEqualTo("s3a://bucket/w/trials");
    assertThat(Warehouse.at("warehouse", "w/../x/").root())
        .isEqualTo("file:" + Path.of("x").toAbsolutePath());
    assertThatThrownBy(() -> Warehouse.at("warehouse", "s3://bucket/w"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "warehouse: no file system is called \"s3\", was s3://bucket/w"
                + " — write s3a://bucket/w");
    assertThatThrownBy(() -> Warehouse.at("warehouse", " "))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "warehouse: is empty — give a directory, such as ./warehouse or"
                + " s3a://bucket/warehouse");
  }

  @Test
  void tablesNeedNothingThatReadersOtherThanSparkLack() {
    for (String name :
        List.of(
            "samples",
            "rejected_samples",
            "image_features",
            "trials",
            "shard_results",
            "frontier")) {
      Row detail =
          DeltaTable.forPath(SPARK, warehouse.path(name))
              .detail()
              .select("minReaderVersion", "minWriterVersion", "tableFeatures")
              .head();
      assertThat(detail.getInt(0)).as(name).isEqualTo(1);
      assertThat(detail.getInt(1)).as(name).isEqualTo(2);
      assertThat(detail.<String>getList(2))
          .as(name)
          .containsExactlyInAnyOrder("appendOnly", "invariants");
    }
  }

  @Test
  void aTableWithOtherColumnsIsRefused() {
    Warehouse other = Warehouse.at("warehouse", folder.resolve("other").toString());
    SPARK.range(1).toDF("study").write().format("delta").save(other.path("trials"));
    assertThatThrownBy(() -> new TrialsTable(SPARK, other).directory().createIfAbsent())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the table has other columns: study should be STRING, is BIGINT")
        .hasMessageContaining("trial_id should be BIGINT, is missing")
        .hasMessageEndingWith("another version of Paretune wrote it: use another warehouse");
  }

  @Test
  void aTrialsRowFollowsItsState() {
    TrialsTable trials = new TrialsTable(SPARK, warehouse);
    TrialRecord first = Trials.running("it's \\ a study", 0, 0.5, 100);
    TrialRecord second = Trials.running("it's \\ a study", 1, 0.5, 100);
    TrialRecord done = second.completed(Trials.score(0.5), Instant.EPOCH.plusSeconds(9), 3);

    trials.upsert(List.of(first, second));
    trials.upsert(List.of(done));
    trials.upsert(List.of(done));
    trials.upsert(List.of(first, second)); // a repeated write that comes late

    assertThat(trials.ofStudy("it's \\ a study")).containsExactly(first, done);
  }

  @Test
  void everyRecordComesBackFromItsTable() {
    Records records = new Records(7);
    SampleRecord sample = records.sample();
    new SamplesTable(SPARK, warehouse)
        .write(
            sample.benchmark(),
            sample.version(),
            SPARK.createDataFrame(List.of(SampleRecord.toRow(sample)), SamplesTable.SCHEMA));
    assertThat(
            SampleRecord.fromRow(
                new SamplesTable(SPARK, warehouse)
                    .read(sample.benchmark(), sample.version())
                    .head()))
        .isEqualTo(sample);

    TrialRecord trial = records.trial();
    new TrialsTable(SPARK, warehouse).upsert(List.of(trial));
    assertThat(new TrialsTable(SPARK, warehouse).ofStudy(trial.study())).containsExactly(trial);

    ShardResultRecord result = records.shardResult();
    new ShardResultsTable(SPARK, warehouse).append("test", 0, List.of(result));
    assertThat(new ShardResultsTable(SPARK, warehouse).ofStudy(result.study()))
        .containsExactly(result);
  }

  @Test
  void aFrontierTakesThePlaceOfTheSameRunsOnly() {
    FrontierTable frontier = new FrontierTable(SPARK, warehouse);
    FrontierRecord point = new Records(1).frontierPoint();
    FrontierRecord monday =
        point.inRun("monday", LocalDate.of(2026, 11, 23), 0.5, FrontierStatus.NEW);
    FrontierRecord tuesday =
        point.inRun("tuesday", LocalDate.of(2026, 11, 24), 0.5, FrontierStatus.KEPT);

    frontier.write(point.study(), "monday", List.of(monday, monday));
    frontier.write(point.study(), "tuesday", List.of(tuesday));
    frontier.write(point.study(), "monday", List.of(monday));

    assertThat(frontier.ofStudy(point.study())).containsExactly(monday, tuesday);
  }

  @Test
  void featuresThatAreKnownAreNotAddedAgain() {
    ImageFeaturesTable features = new ImageFeaturesTable(SPARK, warehouse);
    List<Row> rows =
        LongStream.range(0, 3)
            .mapToObj(i -> RowFactory.create("model", "image" + i, new byte[Float.BYTES], 1, 1))
            .toList();

    features.add("model", SPARK.createDataFrame(rows.subList(0, 2), ImageFeaturesTable.SCHEMA));
    features.add("model", SPARK.createDataFrame(rows, ImageFeaturesTable.SCHEMA));

    assertThat(features.read("model").collectAsList())
        .extracting(row -> row.<String>getAs("image_id"))
        .containsExactlyInAnyOrder("image0", "image1", "image2");
    assertThat(
            features
                .missing(
                    "model",
                    SPARK.sql(
                        "select explode(array('image1', 'image7', 'image7')) image_id,"
                            + " cast('x' as binary) image"))
                .collectAsList())
        .extracting(row -> row.<String>getAs("image_id"))
        .containsExactly("image7");
  }
}
