package io.paretune.jobs.tables;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
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
          .add(
              "options",
              DataTypes.createArrayType(StringType),
              false,
              "what may be answered; empty for an open question")
          .add("answers", DataTypes.createArrayType(StringType), false, "the right answers")
          .add("category", StringType, false, "the kind of question")
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

  /** Writes one version of a benchmark in one step, in the place of what is there of it. */
  public void write(String benchmark, String version, Dataset<Row> samples) {
    directory.replaceWhere(
        Map.of("benchmark", benchmark, "version", version),
        // A shard's rows stand together, and an image's, whose copies then compress to one.
        TableDirectory.columnsOf(samples, SCHEMA)
            .repartition(col("shard"))
            .sortWithinPartitions("shard", "image_id", "position"));
  }

  /**
   * The accuracy of guessing: the mean of 1 / number of options, open questions counting 0.
   *
   * @param samples rows of this table
   * @return NaN if there are none
   */
  public static double chanceScore(Dataset<Row> samples) {
    Row row =
        samples
            .select(
                avg(
                    when(size(col("options")).gt(0), lit(1.0).divide(size(col("options"))))
                        .otherwise(0.0)))
            .head();
    return row.isNullAt(0) ? Double.NaN : row.getDouble(0);
  }

  public static Row toRow(SampleRecord sample) {
    byte[] image = new byte[sample.image().remaining()];
    sample.image().duplicate().get(image);
    return Cells.row(
        SCHEMA,
        Map.ofEntries(
            Map.entry("benchmark", sample.benchmark()),
            Map.entry("version", sample.version()),
            Map.entry("position", sample.position()),
            Map.entry("sample_id", sample.sampleId()),
            Map.entry("image_id", sample.imageId()),
            Map.entry("image", image),
            Map.entry("question", sample.question()),
            Map.entry("options", Cells.list(sample.options())),
            Map.entry("answers", Cells.list(sample.answers())),
            Map.entry("category", sample.category()),
            Map.entry("split", sample.split()),
            Map.entry("shard", sample.shard())));
  }

  public static SampleRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new SampleRecord(
        cells.text("benchmark"),
        cells.text("version"),
        cells.number("position"),
        cells.text("sample_id"),
        cells.text("image_id"),
        ByteBuffer.wrap(cells.bytes("image")),
        cells.text("question"),
        cells.values("options"),
        cells.values("answers"),
        cells.text("category"),
        cells.text("split"),
        cells.integer("shard"));
  }
}
