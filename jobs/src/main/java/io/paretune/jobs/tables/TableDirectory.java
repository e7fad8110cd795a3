package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.delta.DeltaConcurrentModificationException;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(TableDirectory.class);

  /** So many files of a partition slow its readers down. */
  static final int MANY_FILES = 32;

  /** Writes of others that one of ours may meet before it is given up. */
  private static final int MOST_MET = 5;

  private static final String DELETED_FILES = "delta.deletedFileRetentionDuration";

  /**
   * How long a table can be read as it was if it does not say otherwise: Delta refuses versions
   * from before the first, and forgets them after the second.
   */
  private static final Map<String, Duration> DELTAS_OWN =
      Map.of(DELETED_FILES, Duration.ofDays(7), "delta.logRetentionDuration", Duration.ofDays(30));

  TableDirectory {
    partitionColumns = List.copyOf(partitionColumns);
  }

  /**
   * Creates the table with nothing that readers other than Spark cannot read. To a table of an
   * earlier version the columns are added that it lacks; its rows have nulls there.
   *
   * @throws InvalidInputException if a table is there whose columns cannot be made these
   */
  void createIfAbsent() {
    if (exists()) {
      StructType found = stored().schema();
      refuseOtherColumns(found);
      addColumns(missingIn(found));
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

  boolean exists() {
    return DeltaTable.isDeltaTable(spark, path);
  }

  private void addColumns(List<StructField> missing) {
    if (!missing.isEmpty()) {
      spark.sql(
          "ALTER TABLE %s ADD COLUMNS (%s)"
              .formatted(
                  sqlName(),
                  missing.stream().map(StructField::toDDL).collect(Collectors.joining(", "))));
    }
  }

  /** The columns, nullable ones, that a table of an earlier version does not have. */
  private List<StructField> missingIn(StructType found) {
    List<String> names = List.of(found.fieldNames());
    return Arrays.stream(schema.fields()).filter(f -> !names.contains(f.name())).toList();
  }

  private String sqlName() {
    return "delta.`" + path.replace("`", "``") + "`";
  }

  private void refuseOtherColumns(StructType stored) {
    Map<String, String> expected = typesByName(schema);
    Map<String, String> found = typesByName(stored);
    String differing =
        Arrays.stream(schema.fields())
            .filter(f -> found.containsKey(f.name()) || !f.nullable())
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
    if (!differing.isEmpty() || !unknown.isEmpty()) {
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

  /** All rows; columns that an earlier version's table lacks are null. */
  Dataset<Row> read() {
    Dataset<Row> rows = stored();
    for (StructField field : missingIn(rows.schema())) {
      rows = rows.withColumn(field.name(), lit(null).cast(field.dataType()));
    }
    return rows;
  }

  private Dataset<Row> stored() {
    return spark.read().format("delta").load(path);
  }

  /**
   * Puts the small files of a partition together and removes files that no version within the
   * retention needs. Of a partition with few files, none of which can go, nothing is touched: that
   * would cost more than its readers gain.
   *
   * @param column a partition column
   * @param value the partition
   * @param retention how long earlier versions can be read
   * @param now what the files' age is told by
   */
  void tidy(String column, String value, Duration retention, Instant now) {
    Set<String> needed =
        Arrays.stream(read().where(is(column, value)).inputFiles())
            .map(file -> new Path(file).getName())
            .collect(Collectors.toSet());
    Map<Boolean, List<FileStatus>> files =
        filesOf(column, value).stream()
            .collect(Collectors.partitioningBy(f -> needed.contains(f.getPath().getName())));
    long outlived = now.minus(Duration.ofHours(hours(retention))).toEpochMilli();
    if (files.getOrDefault(true, List.of()).size() < MANY_FILES
        && files.getOrDefault(false, List.of()).stream()
            .noneMatch(f -> f.getModificationTime() < outlived)) {
      return;
    }
    LOG.info("putting the small files of {} together", path);
    delta().optimize().where(column + " = " + literal(value)).executeCompaction();
    set(Map.of(DELETED_FILES, interval(retention))); // a vacuum goes by what the table says
    delta().vacuum();
  }

  /** Lets earlier versions be read for at least so long, which Delta by itself does not. */
  void keepReadable(Duration retention) {
    Map<String, String> longer =
        DELTAS_OWN.entrySet().stream()
            .filter(own -> retention.compareTo(own.getValue()) > 0)
            .collect(Collectors.toMap(Map.Entry::getKey, own -> interval(retention)));
    if (!longer.isEmpty() && exists()) {
      set(longer);
    }
  }

  private void set(Map<String, String> properties) {
    Row detail = delta().detail().head();
    Map<String, String> there = detail.getJavaMap(detail.fieldIndex("properties"));
    String differing =
        new TreeMap<>(properties)
            .entrySet().stream()
                .filter(p -> !p.getValue().equals(there.get(p.getKey())))
                .map(p -> "'%s' = '%s'".formatted(p.getKey(), p.getValue()))
                .collect(Collectors.joining(", "));
    if (!differing.isEmpty()) {
      besideOthers(
          () -> spark.sql("ALTER TABLE %s SET TBLPROPERTIES (%s)".formatted(sqlName(), differing)));
    }
  }

  private static String interval(Duration retention) {
    return "interval %d hours".formatted(hours(retention));
  }

  private List<FileStatus> filesOf(String column, String value) {
    Path partition = new Path(path, column + "=" + ExternalCatalogUtils.escapePathName(value));
    try {
      FileSystem files = partition.getFileSystem(spark.sparkContext().hadoopConfiguration());
      return files.exists(partition) ? List.of(files.listStatus(partition)) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("the files of " + partition + " cannot be listed", e);
    }
  }

  private static long hours(Duration retention) {
    return Math.max(1, (retention.toMinutes() + 59) / 60);
  }

  DeltaTable delta() {
    return DeltaTable.forPath(spark, path);
  }

  Dataset<Row> rows(List<Row> rows) {
    return spark.createDataFrame(rows, schema);
  }

  /**
   * Appends rows, if there are any, in one file unless that writer has already appended this
   * version or a later one: a write that is repeated because nobody knows whether it succeeded
   * leaves its rows once.
   *
   * <p>Delta skips every version up to the writer's last without a word, so things that finish in
   * any order need a writer each (the "idempotent writes" of Delta's documentation).
   *
   * @param writer who writes, unique to a sequence of writes that are made in order
   * @param version the write's number in that sequence
   */
  void appendOnce(List<Row> rows, String writer, long version) {
    if (rows.isEmpty()) {
      return;
    }
    besideOthers(
        () ->
            rows(rows)
                .coalesce(1)
                .write()
                .format("delta")
                .mode("append")
                .option("txnAppId", writer)
                .option("txnVersion", Long.toString(version))
                .save(path));
  }

  /**
   * Makes a write again that met another driver's, such as one that changed how long the table's
   * earlier versions are kept: Delta then refuses whatever was under way, whatever study it is of.
   *
   * @param write leaves the same however often it is made
   */
  static void besideOthers(Runnable write) {
    for (int left = MOST_MET; ; left--) {
      try {
        write.run();
        return;
      } catch (DeltaConcurrentModificationException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
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
