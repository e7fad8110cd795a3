package io.paretune.jobs.tables;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** {@code layer_importance}: which layers mattered to the score, by every run's trials. */
public final class LayerImportanceTable {
  public static final String NAME = "layer_importance";

  public static final StructType SCHEMA =
      new StructType()
          .add("study", StringType, false, "the search")
          .add("run_id", StringType, false, "the run whose trials were explained")
          .add("method", StringType, false, "effects (additive model) or forest (random forest)")
          .add(
              "layer",
              IntegerType,
              false,
              "decoder layer, from 0; -1 for the vision tower, the projector and the criterion")
          .add(
              "variable",
              StringType,
              false,
              "what of the layer, such as ratio or kv_bits; vision_ratio, projector_ratio")
          .add("importance", DoubleType, false, "share of all variables' influence on the score")
          .add("low", DoubleType, false, "lower end of its 90 % interval")
          .add("high", DoubleType, false, "upper end of its 90 % interval");

  private final TableDirectory directory;

  public LayerImportanceTable(SparkSession spark, Warehouse warehouse) {
    directory = new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("study"));
  }

  TableDirectory directory() {
    return directory;
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** A study's rows, all runs, by method and layer. */
  public List<LayerImportanceRecord> ofStudy(String study) {
    return read().where(TableDirectory.is("study", study)).collectAsList().stream()
        .map(LayerImportanceTable::fromRow)
        .sorted(
            Comparator.comparing(LayerImportanceRecord::runId)
                .thenComparing(LayerImportanceRecord::method)
                .thenComparingInt(LayerImportanceRecord::layer)
                .thenComparing(LayerImportanceRecord::variable))
        .toList();
  }

  /**
   * Writes a run's rows in one step, in the place of what is there of it.
   *
   * @throws IllegalArgumentException if a row is of another run
   */
  public void write(String study, String runId, List<LayerImportanceRecord> rows) {
    if (!rows.stream().allMatch(r -> r.study().equals(study) && r.runId().equals(runId))) {
      throw new IllegalArgumentException("one write holds the rows of one run");
    }
    directory.replaceWhere(
        Map.of("study", study, "run_id", runId),
        directory.rows(rows.stream().map(LayerImportanceTable::toRow).toList()).coalesce(1));
  }

  public static Row toRow(LayerImportanceRecord record) {
    return Cells.row(
        SCHEMA,
        Map.of(
            "study", record.study(),
            "run_id", record.runId(),
            "method", record.method().key(),
            "layer", record.layer(),
            "variable", record.variable(),
            "importance", record.importance(),
            "low", record.low(),
            "high", record.high()));
  }

  public static LayerImportanceRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new LayerImportanceRecord(
        cells.text("study"),
        cells.text("run_id"),
        ImportanceMethod.ofKey(cells.text("method")),
        cells.integer("layer"),
        cells.text("variable"),
        cells.real("importance"),
        cells.real("low"),
        cells.real("high"));
  }
}
