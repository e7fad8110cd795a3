package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** {@code samples}: one row a question, every version of every benchmark. */
public final class SamplesTable {
  public static final String NAME = "samples";

  public static final StructType SCHEMA =
      new StructType()
          .add("benchmark", StringType, false, "the benchmark's name")
          .add("version", StringType, false, "hash of the benchmark's samples")
          .add("position", LongType, false, "place in the files as they were given, from 0")
          .add("sample_id", StringType, false, "unique in the benchmark and version")
          .add("image_id", StringType, false, "SHA-256 of the image's bytes, hexadecimal")
          .add("image", BinaryType, false, "the image file")
          .add("question", StringType, false, "what is asked, without the model's prompt")
          .add("hint", StringType, false, "what may be told beside the question; may be empty")
          .add(
              "options",
              DataTypes.createArrayType(StringType),
              false,
              "what may be answered; empty for an open question")
          .add(
              "answers",
              DataTypes.createArrayType(StringType),
              false,
              "accepted answers; a letter if chosen by letter")
          .add("category", StringType, false, "the kind of question")
          .add("group_id", StringType, false, "questions judged together share it; may be empty")
          .add("metric", StringType, false, "how free text is judged; empty: as the benchmark does")
          .add("split", StringType, false, "train (calibration), val (search) or test (held out)")
          .add("shard", IntegerType, false, "part of the benchmark; an image is in one shard");

  private final TableDirectory directory;

  public SamplesTable(SparkSession spark, Warehouse warehouse) {
    directory =
        new TableDirectory(spark, warehouse.path(NAME), SCHEMA, List.of("benchmark", "version"));
  }

  TableDirectory directory() {
    return directory;
  }

  public boolean exists() {
    return directory.exists();
  }

  /** Every question of every benchmark and version. */
  public Dataset<Row> read() {
    return directory.read();
  }

  /** One version of a benchmark. */
  public Dataset<Row> read(String benchmark, String version) {
    return read()
        .where(TableDirectory.is("benchmark", benchmark))
        .where(TableDirectory.is("version", version));
  }

  /** The version of a benchmark that was written last. */
  public Optional<String> latestVersion(String benchmark) {
    return versions(benchmark).stream().findFirst();
  }

  /** All versions of a benchmark, those written last first. */
  public List<String> versions(String benchmark) {
    return directory
        .delta()
        .toDF()
        .where(TableDirectory.is("benchmark", benchmark))
        .groupBy("version")
        .agg(max("_metadata.file_modification_time").as("written"))
        .orderBy(col("written").desc(), col("version"))
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .toList();
  }

  /** Writes one version of a benchmark in one step, in the place of what is there of it. */
  public void write(String benchmark, String version, Dataset<Row> samples) {
    directory.replaceWhere(
        Map.of("benchmark", benchmark, "version", version),
        // A shard's rows stand together, and an image's, whose copies then compress to one.
        TableDirectory.columnsOf(samples, SCHEMA)
            .repartition(col("shard"))
            .sortWithinPartitions("shard", "image_id", "position"));
  }
}
