package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import io.paretune.udfs.cost.Workload;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code nights}: one row a night's run that ended. */
public final class NightsTable {
  public static final String NAME = "nights";

  public static final StructType SCHEMA =
      new StructType()
          .add("study", StringType, false, "the search")
          .add("run_id", StringType, false, "the run")
          .add("run_date", DateType, false, "its day, UTC; one run a study and day")
          .add(
              "model_id",
              StringType,
              false,
              "the model, by its content's hash; @bf16 if computed in it")
          .add("benchmark_version", StringType, false, "what its trials were scored on")
          .add("workload", StringType, false, "BATCHxCONTEXT: what the cache must hold")
          .add("previous_run_id", StringType, false, "the run it started from; empty if none")
          .add("rescored", LongType, false, "points of the earlier frontier scored again")
          .add("tried", LongType, false, "new candidates that ended")
          .add("questions_common", LongType, false, "searched questions that both runs asked")
          .add("questions_added", LongType, false, "those that only this run asked")
          .add("questions_removed", LongType, false, "those that only the run before asked")
          .add("questions_changed", LongType, true, "common ones edited in place; null if unknown")
          .add("dense_change", DoubleType, true, "the dense model's score, now less before")
          .add("dense_change_low", DoubleType, true, "lower end of its 95 % interval")
          .add("dense_change_high", DoubleType, true, "upper end of its 95 % interval")
          .add("score_change", DoubleType, true, "the earlier frontier's mean score, likewise")
          .add("score_change_low", DoubleType, true, "lower end of its 95 % interval")
          .add("score_change_high", DoubleType, true, "upper end of its 95 % interval")
          .add("started_at", TimestampType, false, "UTC")
          .add("finished_at", TimestampType, false, "UTC");

  private final TableDirectory directory;

  public NightsTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("study"));
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** A study's nights, oldest first. */
  public List<NightRecord> ofStudy(String study) {
    return read().where(TableDirectory.is("study", study)).collectAsList().stream()
        .map(NightsTable::fromRow)
        .sorted(Comparator.comparing(NightRecord::runDate))
        .toList();
  }

  /** Adds a night unless its study has one of that day: the first stays. */
  public void add(NightRecord night) {
    directory
        .delta()
        .as("old")
        .merge(
            directory.rows(List.of(toRow(night))).as("new"),
            TableDirectory.is("old.study", night.study())
                .and(col("old.run_date").equalTo(col("new.run_date"))))
        .whenNotMatched()
        .insertAll()
        .execute();
  }

  public static Row toRow(NightRecord night) {
    Map<String, @Nullable Object> cells = new HashMap<>();
    cells.put("study", night.study());
    cells.put("run_id", night.runId());
    cells.put("run_date", night.runDate());
    cells.put("model_id", night.yardstick().modelId());
    cells.put("benchmark_version", night.yardstick().benchmarkVersion());
    cells.put("workload", night.yardstick().workload().toString());
    cells.put("previous_run_id", night.previousRunId());
    cells.put("rescored", night.rescored());
    cells.put("tried", night.tried());
    cells.put("questions_common", night.questions().common());
    cells.put("questions_added", night.questions().added());
    cells.put("questions_removed", night.questions().removed());
    night.questions().changed().ifPresent(n -> cells.put("questions_changed", n));
    night.denseDrift().ifPresent(c -> put(cells, "dense_change", c));
    night.scoreDrift().ifPresent(c -> put(cells, "score_change", c));
    cells.put("started_at", night.startedAt());
    cells.put("finished_at", night.finishedAt());
    return Cells.row(SCHEMA, cells);
  }

  private static void put(Map<String, @Nullable Object> cells, String name, Change change) {
    cells.put(name, change.estimate());
    cells.put(name + "_low", change.low());
    cells.put(name + "_high", change.high());
  }

  public static NightRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new NightRecord(
        cells.text("study"),
        cells.text("run_id"),
        cells.date("run_date"),
        new Yardstick(
            cells.text("model_id"),
            cells.text("benchmark_version"),
            Workload.parse("night " + cells.text("run_id"), cells.text("workload"))),
        cells.text("previous_run_id"),
        cells.number("rescored"),
        cells.number("tried"),
        new NightRecord.Questions(
            cells.number("questions_common"),
            cells.number("questions_added"),
            cells.number("questions_removed"),
            cells.optionalNumber("questions_changed")),
        change(cells, "dense_change"),
        change(cells, "score_change"),
        cells.time("started_at"),
        cells.time("finished_at"));
  }

  private static Optional<Change> change(Cells cells, String name) {
    return cells.isNull(name)
        ? Optional.empty()
        : Optional.of(
            new Change(cells.real(name), cells.real(name + "_low"), cells.real(name + "_high")));
  }
}
