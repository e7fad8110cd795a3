package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import io.paretune.jobs.search.TrialState;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code trials}: one row a candidate, updated as it gets on. */
public final class TrialsTable {
  public static final String NAME = "trials";

  public static final StructType SCHEMA =
      new StructType()
          .add("study", StringType, false, "the search it belongs to")
          .add("trial_id", LongType, false, "its number in the study")
          .add("run_id", StringType, false, "the run of the study that tried it")
          .add("origin", StringType, false, "sampler, uniform, incumbent or template")
          .add(
              "model_id",
              StringType,
              false,
              "the model, by its content's hash; @bf16 if computed in it")
          .add("benchmark_version", StringType, false, "what it was scored on")
          .add("workload", StringType, false, "BATCHxCONTEXT: what the cache must hold")
          .add("profile", StringType, false, "how the model is compressed, canonical JSON")
          .add("profile_id", StringType, false, "the profile's hash")
          .add("memory_bytes", LongType, false, "weights and cache")
          .add("weight_bytes", LongType, false, "all weights")
          .add("kv_bytes", LongType, false, "cached keys and values under the workload")
          .add("dense_memory_bytes", LongType, false, "memory_bytes of the uncompressed model")
          .add("mean_pruning_ratio", DoubleType, false, "share of linear weights that are zero")
          .add("mean_kv_bits", DoubleType, false, "mean key and value bits over the layers")
          .add("chance_score", DoubleType, false, "the score of guessing on the same questions")
          .add("score", DoubleType, true, "share of questions answered right; null until known")
          .add("score_low", DoubleType, true, "lower end of the score's 95 % interval")
          .add("score_high", DoubleType, true, "upper end of the score's 95 % interval")
          .add(
              "score_by_benchmark",
              DataTypes.createMapType(StringType, DoubleType),
              true,
              "each benchmark's own score")
          .add("samples", LongType, false, "questions asked so far")
          .add("confirmed_score", DoubleType, true, "score on held-out questions; null until known")
          .add(
              "confirmed_answering",
              StringType,
              true,
              "how they were answered, as shard_results.answering; null is options")
          .add(
              "confirmed_as_searched",
              DoubleType,
              true,
              "score on the same questions answered as in the search; null is confirmed_score")
          .add("state", StringType, false, "running, complete, stopped or failed")
          .add("reason", StringType, false, "why it was stopped or failed, or what it survived")
          .add("started_at", TimestampType, false, "UTC")
          .add("finished_at", TimestampType, true, "UTC; null while running")
          .add("cost_seconds", DoubleType, false, "task time spent on it")
          .add("seed", LongType, false, "what its proposal was drawn with");

  private final TableDirectory directory;

  public TrialsTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("study"));
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** A study's trials, oldest first. */
  public List<TrialRecord> ofStudy(String study) {
    return read().where(TableDirectory.is("study", study)).collectAsList().stream()
        .map(TrialsTable::fromRow)
        .sorted(Comparator.comparingLong(TrialRecord::trialId))
        .toList();
  }

  /** The studies that have trials, by name; none if there is no table yet. */
  public List<String> studies() {
    if (!directory.exists()) {
      return List.of();
    }
    return read().select("study").distinct().collectAsList().stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }

  /** The numbers of a study's trials. */
  public Set<Long> numbersOf(String study) {
    return read()
        .where(TableDirectory.is("study", study))
        .select("trial_id")
        .collectAsList()
        .stream()
        .map(row -> row.getLong(0))
        .collect(Collectors.toSet());
  }

  /**
   * Adds trials that the table does not have, in one step and for less than {@link #upsert} costs.
   * A write that is repeated leaves its rows once.
   *
   * @param writer unique to a sequence of writes that are made in order
   * @param version the write's number in that sequence
   */
  public void append(String writer, long version, List<TrialRecord> trials) {
    directory.appendOnce(
        trials.stream().map(TrialsTable::toRow).toList(), String.join("/", NAME, writer), version);
  }

  /**
   * Writes trials of one study, each in the place of its earlier row if there is one, all in one
   * step. Repeating a write changes nothing, in whatever order trials finish; a late "running"
   * never undoes an end.
   *
   * @throws IllegalArgumentException if the trials are of several studies
   */
  public void upsert(List<TrialRecord> trials) {
    if (trials.isEmpty()) {
      return;
    }
    String study = trials.get(0).study();
    if (!trials.stream().allMatch(t -> t.study().equals(study))) {
      throw new IllegalArgumentException("one write holds the trials of one study");
    }
    TableDirectory.besideOthers(() -> merge(study, trials));
  }

  private void merge(String study, List<TrialRecord> trials) {
    Object[] ids = trials.stream().map(TrialRecord::trialId).toArray();
    directory
        .delta()
        .as("old")
        .merge(
            directory.rows(trials.stream().map(TrialsTable::toRow).toList()).as("new"),
            // The literal values let Delta read only the files that can hold these trials.
            TableDirectory.is("old.study", study)
                .and(col("old.trial_id").isin(ids))
                .and(col("old.trial_id").equalTo(col("new.trial_id"))))
        .whenMatched(
            col("new.state")
                .notEqual(TrialState.RUNNING.key())
                .or(col("old.state").equalTo(TrialState.RUNNING.key())))
        .updateAll()
        .whenNotMatched()
        .insertAll()
        .execute();
  }

  public static Row toRow(TrialRecord trial) {
    Map<String, @Nullable Object> cells = new HashMap<>();
    cells.put("study", trial.study());
    cells.put("trial_id", trial.trialId());
    cells.put("run_id", trial.runId());
    cells.put("origin", trial.origin().key());
    cells.put("model_id", trial.modelId());
    cells.put("benchmark_version", trial.benchmarkVersion());
    cells.put("workload", trial.workload().toString());
    cells.put("profile", trial.profile().canonicalJson());
    cells.put("profile_id", trial.profile().id());
    cells.put("memory_bytes", trial.cost().memoryBytes());
    cells.put("weight_bytes", trial.cost().weightBytes());
    cells.put("kv_bytes", trial.cost().kvBytes());
    cells.put("dense_memory_bytes", trial.cost().denseBytes());
    cells.put("mean_pruning_ratio", trial.cost().meanPruningRatio());
    cells.put("mean_kv_bits", trial.cost().meanKvBits());
    cells.put("chance_score", trial.chanceScore());
    trial
        .score()
        .ifPresent(
            score -> {
              cells.put("score", score.score());
              cells.put("score_low", score.low());
              cells.put("score_high", score.high());
              cells.put("score_by_benchmark", Cells.numbers(score.byBenchmark()));
            });
    cells.put("samples", trial.score().map(TrialScore::samples).orElse(0L));
    trial
        .heldOut()
        .ifPresent(
            held -> {
              cells.put("confirmed_score", held.score());
              cells.put("confirmed_answering", held.answering().key());
              cells.put("confirmed_as_searched", held.asSearched());
            });
    cells.put("state", trial.state().key());
    cells.put("reason", trial.reason());
    cells.put("started_at", trial.startedAt());
    trial.finishedAt().ifPresent(time -> cells.put("finished_at", time));
    cells.put("cost_seconds", trial.costSeconds());
    cells.put("seed", trial.seed());
    return Cells.row(SCHEMA, cells);
  }

  public static TrialRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    String where = "trial " + cells.number("trial_id") + " of " + cells.text("study");
    return new TrialRecord(
        cells.text("study"),
        cells.number("trial_id"),
        cells.text("run_id"),
        TrialOrigin.ofKey(cells.text("origin")),
        cells.text("model_id"),
        cells.text("benchmark_version"),
        Workload.parse(where, cells.text("workload")),
        CompressionProfile.parse(where, cells.text("profile")),
        new TrialCost(
            cells.number("weight_bytes"),
            cells.number("kv_bytes"),
            cells.number("dense_memory_bytes"),
            cells.real("mean_pruning_ratio"),
            cells.real("mean_kv_bits")),
        cells.real("chance_score"),
        cells.isNull("score")
            ? Optional.empty()
            : Optional.of(
                new TrialScore(
                    cells.real("score"),
                    cells.real("score_low"),
                    cells.real("score_high"),
                    cells.reals("score_by_benchmark"),
                    cells.number("samples"))),
        heldOut(cells),
        TrialState.ofKey(cells.text("state")),
        cells.text("reason"),
        cells.time("started_at"),
        cells.optionalTime("finished_at"),
        cells.real("cost_seconds"),
        cells.number("seed"));
  }

  private static Optional<HeldOut> heldOut(Cells cells) {
    if (cells.isNull("confirmed_score")) {
      return Optional.empty();
    }
    double score = cells.real("confirmed_score");
    return Optional.of(
        new HeldOut(
            score,
            cells
                .optionalText("confirmed_answering")
                .map(Answering::ofKey)
                .orElseGet(() -> Answering.of(EvaluationMode.OPTIONS)),
            cells.optionalReal("confirmed_as_searched").orElse(score)));
  }
}
