package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code frontier}: the points of every run's frontier. */
public final class FrontierTable {
  public static final String NAME = "frontier";

  public static final StructType SCHEMA =
      new StructType()
          .add("study", StringType, false, "the search")
          .add("run_id", StringType, false, "the run whose frontier it is")
          .add("run_date", DateType, false, "that run's day, UTC")
          .add("trial_id", LongType, false, "the trial behind the point")
          .add(
              "model_id",
              StringType,
              false,
              "the model, by its content's hash; @bf16 if computed in it")
          .add("benchmark_version", StringType, false, "what it was scored on")
          .add("workload", StringType, false, "BATCHxCONTEXT: what the cache must hold")
          .add("memory_bytes", LongType, false, "weights and cache")
          .add("weight_bytes", LongType, false, "all weights")
          .add("kv_bytes", LongType, false, "cached keys and values under the workload")
          .add("dense_memory_bytes", LongType, false, "memory_bytes of the uncompressed model")
          .add("mean_pruning_ratio", DoubleType, false, "share of linear weights that are zero")
          .add("mean_kv_bits", DoubleType, false, "mean key and value bits over the layers")
          .add("score", DoubleType, false, "share of questions answered right")
          .add("score_low", DoubleType, false, "lower end of the score's 95 % interval")
          .add("score_high", DoubleType, false, "upper end of the score's 95 % interval")
          .add("chance_score", DoubleType, false, "the score of guessing")
          .add("confirmed_score", DoubleType, true, "score on held-out questions; null until known")
          .add("profile", StringType, false, "how the model is compressed, canonical JSON")
          .add("profile_id", StringType, false, "the profile's hash")
          .add(
              "hypervolume",
              DoubleType,
              false,
              "of the whole frontier: share dominated of (dense memory, chance) to (0, 1)")
          .add("status", StringType, false, "new, kept or dropped since the run before")
          .add("promoted", BooleanType, false, "whether the gate lets it through to be served")
          .add("gate", StringType, false, "why it does not; empty if it does");

  private final TableDirectory directory;

  public FrontierTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("study"));
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** A study's frontiers, all runs, oldest day first and small memory first. */
  public List<FrontierRecord> ofStudy(String study) {
    return read().where(TableDirectory.is("study", study)).collectAsList().stream()
        .map(FrontierTable::fromRow)
        .sorted(
            FrontierRecord.BY_RUN
                .thenComparingLong(point -> point.cost().memoryBytes())
                .thenComparingLong(FrontierRecord::trialId))
        .toList();
  }

  /** The points of a study's latest run that nothing beats, small memory first. */
  public List<FrontierRecord> latest(String study) {
    List<FrontierRecord> all = ofStudy(study);
    return all.stream()
        .filter(p -> p.runId().equals(all.get(all.size() - 1).runId()))
        .filter(p -> p.status() != FrontierStatus.DROPPED)
        .toList();
  }

  /**
   * Merges the frontier of one run into the table in one step: points that are there change, new
   * ones are added, those of the run that are no longer in it go. Where nothing differs, nothing is
   * written.
   *
   * @throws IllegalArgumentException if a point is of another run
   */
  public void write(String study, String runId, List<FrontierRecord> points) {
    if (!points.stream().allMatch(p -> p.study().equals(study) && p.runId().equals(runId))) {
      throw new IllegalArgumentException("one write holds the frontier of one run");
    }
    Set<FrontierRecord> there =
        ofStudy(study).stream().filter(p -> p.runId().equals(runId)).collect(Collectors.toSet());
    if (there.equals(Set.copyOf(points))) {
      return;
    }
    Column ofRun =
        TableDirectory.is("old.study", study).and(TableDirectory.is("old.run_id", runId));
    directory
        .delta()
        .as("old")
        .merge(
            directory
                .rows(points.stream().distinct().map(FrontierTable::toRow).toList())
                .coalesce(1)
                .as("new"),
            ofRun.and(col("old.trial_id").equalTo(col("new.trial_id"))))
        .whenMatched()
        .updateAll()
        .whenNotMatched()
        .insertAll()
        .whenNotMatchedBySource(ofRun)
        .delete()
        .execute();
  }

  public static Row toRow(FrontierRecord point) {
    Map<String, @Nullable Object> cells = new HashMap<>();
    cells.put("study", point.study());
    cells.put("run_id", point.runId());
    cells.put("run_date", point.runDate());
    cells.put("trial_id", point.trialId());
    cells.put("model_id", point.modelId());
    cells.put("benchmark_version", point.benchmarkVersion());
    cells.put("workload", point.workload().toString());
    cells.put("memory_bytes", point.cost().memoryBytes());
    cells.put("weight_bytes", point.cost().weightBytes());
    cells.put("kv_bytes", point.cost().kvBytes());
    cells.put("dense_memory_bytes", point.cost().denseBytes());
    cells.put("mean_pruning_ratio", point.cost().meanPruningRatio());
    cells.put("mean_kv_bits", point.cost().meanKvBits());
    cells.put("score", point.score());
    cells.put("score_low", point.scoreLow());
    cells.put("score_high", point.scoreHigh());
    cells.put("chance_score", point.chanceScore());
    point.confirmedScore().ifPresent(score -> cells.put("confirmed_score", score));
    cells.put("profile", point.profile().canonicalJson());
    cells.put("profile_id", point.profile().id());
    cells.put("hypervolume", point.hypervolume());
    cells.put("status", point.status().key());
    cells.put("promoted", point.promoted());
    cells.put("gate", point.gate());
    return Cells.row(SCHEMA, cells);
  }

  public static FrontierRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    String where = "frontier point of trial " + cells.number("trial_id");
    return new FrontierRecord(
        cells.text("study"),
        cells.text("run_id"),
        cells.date("run_date"),
        cells.number("trial_id"),
        cells.text("model_id"),
        cells.text("benchmark_version"),
        Workload.parse(where, cells.text("workload")),
        new TrialCost(
            cells.number("weight_bytes"),
            cells.number("kv_bytes"),
            cells.number("dense_memory_bytes"),
            cells.real("mean_pruning_ratio"),
            cells.real("mean_kv_bits")),
        cells.real("score"),
        cells.real("score_low"),
        cells.real("score_high"),
        cells.real("chance_score"),
        cells.optionalReal("confirmed_score"),
        CompressionProfile.parse(where, cells.text("profile")),
        cells.real("hypervolume"),
        FrontierStatus.ofKey(cells.text("status")),
        cells.text("gate"));
  }
}
