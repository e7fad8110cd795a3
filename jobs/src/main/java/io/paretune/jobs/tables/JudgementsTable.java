package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** {@code judgements}: one row for each answer that a judge graded, whoever asks again. */
public final class JudgementsTable {
  public static final String NAME = "judgements";

  public static final StructType SCHEMA =
      new StructType()
          .add("content_hash", StringType, false, "of all that the judge was told")
          .add("model", StringType, false, "the judge that was asked for")
          .add("served_model", StringType, false, "the judge as the endpoint names it")
          .add("endpoint", StringType, false, "who served it")
          .add("prompt_version", StringType, false, "of the judge's instructions")
          .add("question", StringType, false, "what the answer is to")
          .add("answers", DataTypes.createArrayType(StringType), false, "the accepted answers")
          .add("prediction", StringType, false, "the answer")
          .add("score", DoubleType, false, "what it is worth, in [0, 1]")
          .add("reply", StringType, false, "the judge's own words")
          .add("prompt_tokens", LongType, false, "as the endpoint counts them")
          .add("completion_tokens", LongType, false, "as the endpoint counts them")
          .add("judged_at", TimestampType, false, "UTC");

  private final TableDirectory directory;

  public JudgementsTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of());
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** Those of the judgements that are there, by content hash; the first of several. */
  public Map<String, JudgementRecord> byHash(Collection<String> contentHashes) {
    Dataset<Row> wanted =
        directory
            .spark()
            .createDataset(List.copyOf(contentHashes), Encoders.STRING())
            .toDF("content_hash");
    Map<String, JudgementRecord> found = new HashMap<>();
    read()
        .join(broadcast(wanted), "content_hash")
        .orderBy(col("judged_at"), col("reply"))
        .collectAsList()
        .forEach(row -> found.putIfAbsent(row.getAs("content_hash"), fromRow(row)));
    return found;
  }

  /**
   * Appends judgements; a write that is repeated leaves them once.
   *
   * @param run who writes; unique
   * @param batch the write's number in that run, ascending from 0
   */
  public void append(String run, long batch, List<JudgementRecord> judgements) {
    directory.appendOnce(
        judgements.stream().map(JudgementsTable::toRow).toList(),
        String.join("/", NAME, run),
        batch);
  }

  public static Row toRow(JudgementRecord judgement) {
    return Cells.row(
        SCHEMA,
        Map.ofEntries(
            Map.entry("content_hash", judgement.contentHash()),
            Map.entry("model", judgement.model()),
            Map.entry("served_model", judgement.servedModel()),
            Map.entry("endpoint", judgement.endpoint()),
            Map.entry("prompt_version", judgement.promptVersion()),
            Map.entry("question", judgement.question()),
            Map.entry("answers", Cells.list(judgement.answers())),
            Map.entry("prediction", judgement.prediction()),
            Map.entry("score", judgement.score()),
            Map.entry("reply", judgement.reply()),
            Map.entry("prompt_tokens", judgement.promptTokens()),
            Map.entry("completion_tokens", judgement.completionTokens()),
            Map.entry("judged_at", judgement.judgedAt())));
  }

  public static JudgementRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new JudgementRecord(
        cells.text("content_hash"),
        cells.text("model"),
        cells.text("served_model"),
        cells.text("endpoint"),
        cells.text("prompt_version"),
        cells.text("question"),
        cells.values("answers"),
        cells.text("prediction"),
        cells.real("score"),
        cells.text("reply"),
        cells.number("prompt_tokens"),
        cells.number("completion_tokens"),
        cells.time("judged_at"));
  }
}
