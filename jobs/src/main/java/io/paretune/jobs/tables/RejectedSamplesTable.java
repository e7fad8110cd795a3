package io.paretune.jobs.tables;

import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** {@code rejected_samples}: one row for each row of a samples file that cannot be used. */
public final class RejectedSamplesTable {
  public static final String NAME = "rejected_samples";

  public static final StructType SCHEMA =
      new StructType()
          .add("benchmark", StringType, false, "the benchmark that was ingested")
          .add("version", StringType, false, "the version that its other rows became")
          .add("source", StringType, false, "the file")
          .add("position", LongType, false, "place in the files as they were given, from 0")
          .add("sample_id", StringType, false, "what the row says its id is; may be empty")
          .add("reason", StringType, false, "why the row cannot be used");

  private final TableDirectory directory;

  public RejectedSamplesTable(SparkSession spark, Warehouse warehouse) {
    directory =
        new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("benchmark", "version"));
  }

  TableDirectory directory() {
    return directory;
  }

  public boolean exists() {
    return directory.exists();
  }

  public Dataset<Row> read() {
    return directory.read();
  }

  /** What one version of a benchmark left out. */
  public Dataset<Row> read(String benchmark, String version) {
    return read()
        .where(TableDirectory.is("benchmark", benchmark))
        .where(TableDirectory.is("version", version));
  }

  /** Writes what one version of a benchmark left out, in the place of what is there of it. */
  public void write(String benchmark, String version, Dataset<Row> rejected) {
    directory.replaceWhere(
        Map.of("benchmark", benchmark, "version", version),
        TableDirectory.columnsOf(rejected, SCHEMA));
  }
}
