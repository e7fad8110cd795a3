package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import io.paretune.udfs.problem.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The directory of one Delta table: how it is created, read and written, alike for every table.
 *
 * @param spark the session that reads and writes
 * @param path the table's URI
 * @param schema its columns
 * @param partitionColumns the columns that have a directory per value; writers that differ in one
 *     of them never conflict
 */
record TableDirectory(
    SparkSession spark, String path, StructType schema, List<String> partitionColumns) {

  TableDirectory {
    partitionColumns = List.copyOf(partitionColumns);
  }

  /**
   * Creates the table with nothing that readers other than Spark cannot read.
   *
   * @throws InvalidInputException if a table with other columns is there
   */
  void createIfAbsent() {
    if (DeltaTable.isDeltaTable(spark, path)) {
      refuseOtherColumns();
      return;
    }
    DeltaTableBuilder builder =
        DeltaTable.createIfNotExists(spark)
            .location(path)
            .addColumns(schema)
            .property("delta.enableDeletionVectors", "false")
            .property("delta.columnMapping.mode", "none");
    builder.partitionedBy(partitionColumns.toArray(String[]::new)).execute();
  }

  private void refuseOtherColumns() {
    Map<String, String> expected = typesByName(schema);
    Map<String, String> found = typesByName(read().schema());
    if (!found.equals(expected)) {
      String differing =
          Arrays.stream(schema.fields())
              .filter(f -> !f.dataType().sql().equals(found.get(f.name())))
              .map(
                  f ->
                      f.name()
                          + " should be "
                          + f.dataType().sql()
                          + ", is "
                          + found.getOrDefault(f.name(), "missing"))
              .collect(Collectors.joining("; "));
      String unknown =
          found.keySet().stream()
              .filter(name -> !expected.containsKey(name))
              .map(name -> name + " is unknown")
              .collect(Collectors.joining("; "));
      throw new InvalidInputException(
          path,
          "the table has other columns: "
              + differing
              + (differing.isEmpty() || unknown.isEmpty() ? "" : "; ")
              + unknown,
          "another version of Paretune wrote it: use another warehouse");
    }
  }

  private static Map<String, String> typesByName(StructType schema) {
    Map<String, String> types = new TreeMap<>();
    for (StructField field : schema.fields()) {
      types.put(field.name(), field.dataType().sql());
    }
    return types;
  }

  Dataset<Row> read() {
    return spark.read().format("delta").load(path);
  }

  DeltaTable delta() {
    return DeltaTable.forPath(spark, path);
  }

  Dataset<Row> rows(List<Row> rows) {
    return spark.createDataFrame(rows, schema);
  }

  /**
   * Appends rows unless that writer has already appended this version or a later one: a write that
   * is repeated because nobody knows whether it succeeded leaves its rows once.
   *
   * <p>Delta skips every version up to the writer's last without a word, so things that finish in
   * any order need a writer each (the "idempotent writes" of Delta's documentation).
   *
   * @param writer who writes, unique to a sequence of writes that are made in order
   * @param version the write's number in that sequence
   */
  void appendOnce(Dataset<Row> rows, String writer, long version) {
    rows.write()
        .format("delta")
        .mode("append")
        .option("txnAppId", writer)
        .option("txnVersion", Long.toString(version))
        .save(path);
  }

  /**
   * Puts rows in the place of all rows that have these values, in one step: readers see the old
   * rows or the new ones.
   */
  void replaceWhere(Map<String, String> values, Dataset<Row> rows) {
    String condition =
        new TreeMap<>(values)
            .entrySet().stream()
                .map(e -> e.getKey() + " = " + literal(e.getValue()))
                .collect(Collectors.joining(" AND "));
    rows.write()
        .format("delta")
        .mode("overwrite")
        .option("replaceWhere", condition)
        // Its window holds several images, so copies of one cost nothing; Snappy's holds 64 kB.
        .option("compression", "zstd")
        .save(path);
  }

  private static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** A table's columns, in its order, out of rows that may have others beside them. */
  static Dataset<Row> columnsOf(Dataset<Row> rows, StructType schema) {
    return rows.select(
        Arrays.stream(schema.fieldNames()).map(functions::col).toArray(Column[]::new));
  }

  /** Rows in which the column has the value. */
  static Column is(String column, Object value) {
    return col(column).equalTo(lit(value));
  }
}
