package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.paretune.jobs.tables.ShardResultRecord.Outcome;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** {@code shard_results}: one row a candidate and shard, with the answer to every question. */
public final class ShardResultsTable {
  public static final String NAME = "shard_results";

  // Delta refuses NOT NULL inside arrays.
  private static final StructType OUTCOME =
      new StructType()
          .add("sample_id", StringType, true, "the question")
          .add("prediction", StringType, true, "what was answered")
          .add("score", DoubleType, true, "what the answer is worth, in [0, 1]");

  public static final StructType SCHEMA =
      new StructType()
          .add("study", StringType, false, "the search")
          .add("trial_id", LongType, false, "the candidate")
          .add("rung", IntegerType, false, "step of the trial, from 0")
          .add("shard", IntegerType, false, "part of the benchmark")
          .add("split", StringType, false, "what the questions are for")
          .add(
              "answering",
              StringType,
              true,
              "options, generate or protocol, or gqa=generate,pope=options by benchmark; null is"
                  + " options")
          .add("correct", LongType, false, "questions answered right")
          .add("total", LongType, false, "questions asked")
          .add("outcomes", DataTypes.createArrayType(OUTCOME), false, "the answers")
          .add("seconds", DoubleType, false, "time the task took")
          .add("executor", StringType, false, "who ran it")
          .add("attempt", IntegerType, false, "number of the task's attempt, from 0");

  private final TableDirectory directory;

  public ShardResultsTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("study"));
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** A study's results by trial, rung and shard. */
  public List<ShardResultRecord> ofStudy(String study) {
    return read().where(TableDirectory.is("study", study)).collectAsList().stream()
        .map(ShardResultsTable::fromRow)
        .sorted(
            Comparator.comparingLong(ShardResultRecord::trialId)
                .thenComparingInt(ShardResultRecord::rung)
                .thenComparingInt(ShardResultRecord::shard))
        .toList();
  }

  /** The answers of a study's trials to a split's questions, by trial. */
  public Map<Long, List<ShardResultRecord>> ofTrials(
      String study, String split, Answering answering, Set<Long> trials) {
    return ofSplit(study, split)
        .where(
            coalesce(col("answering"), lit(EvaluationMode.OPTIONS.key())).equalTo(answering.key()))
        .where(col("trial_id").isin(trials.toArray()))
        .collectAsList()
        .stream()
        .map(ShardResultsTable::fromRow)
        .collect(Collectors.groupingBy(ShardResultRecord::trialId));
  }

  private Dataset<Row> ofSplit(String study, String split) {
    return read().where(TableDirectory.is("study", study).and(TableDirectory.is("split", split)));
  }

  /**
   * Writes results of finished rungs, of any trials of one study, in one step. A write that is
   * repeated leaves its rows once.
   *
   * @param writer unique to a sequence of writes that are made in order
   * @param version the write's number in that sequence
   */
  public void append(String writer, long version, List<ShardResultRecord> results) {
    directory.appendOnce(
        results.stream().map(ShardResultsTable::toRow).toList(),
        String.join("/", NAME, writer),
        version);
  }

  public static Row toRow(ShardResultRecord result) {
    return Cells.row(
        SCHEMA,
        Map.ofEntries(
            Map.entry("study", result.study()),
            Map.entry("trial_id", result.trialId()),
            Map.entry("rung", result.rung()),
            Map.entry("shard", result.shard()),
            Map.entry("split", result.split()),
            Map.entry("answering", result.answering().key()),
            Map.entry("correct", result.correct()),
            Map.entry("total", result.total()),
            Map.entry(
                "outcomes",
                Cells.list(result.outcomes().stream().map(ShardResultsTable::toRow).toList())),
            Map.entry("seconds", result.seconds()),
            Map.entry("executor", result.executor()),
            Map.entry("attempt", result.attempt())));
  }

  private static Row toRow(Outcome outcome) {
    return Cells.row(
        OUTCOME,
        Map.of(
            "sample_id", outcome.sampleId(),
            "prediction", outcome.prediction(),
            "score", outcome.score()));
  }

  public static ShardResultRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new ShardResultRecord(
        cells.text("study"),
        cells.number("trial_id"),
        cells.integer("rung"),
        cells.integer("shard"),
        cells.text("split"),
        cells
            .optionalText("answering")
            .map(Answering::ofKey)
            .orElseGet(() -> Answering.of(EvaluationMode.OPTIONS)),
        cells.number("correct"),
        cells.<Row>values("outcomes").stream()
            .map(Cells::new)
            .map(o -> new Outcome(o.text("sample_id"), o.text("prediction"), o.real("score")))
            .toList(),
        cells.real("seconds"),
        cells.text("executor"),
        cells.integer("attempt"));
  }
}
