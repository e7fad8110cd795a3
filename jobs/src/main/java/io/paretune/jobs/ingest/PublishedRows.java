package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import io.paretune.jobs.ingest.SourceFile.Kind;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.paths.SparkPath;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a benchmark's files in one form, whatever their format. Files of the same columns are
 * read together, so that thousands of them are one plan of moderate size.
 *
 * @param spark the session
 * @param format what the files hold
 */
record PublishedRows(SparkSession spark, BenchmarkFormat format) {
  /** The file of a row; published files have columns of many names, {@code source} among them. */
  static final String SOURCE = "_paretune_source";

  /** The place of a row among those of all files. */
  static final String POSITION = "_paretune_position";

  private static final String FILE = "_paretune_file";
  private static final String FIRST = "_paretune_first";

  private static final StructType FILES =
      new StructType()
          .add(FILE, DataTypes.StringType, false)
          .add(SOURCE, DataTypes.StringType, false)
          .add(FIRST, DataTypes.LongType, false);
  private static final StructType LINES =
      new StructType()
          .add("position", DataTypes.LongType, false)
          .add("sound", DataTypes.BooleanType, false)
          .add("line", DataTypes.StringType, false);

  /** What is no JSON object, in rows of JSON Lines. */
  static final String UNREADABLE = "_unreadable";

  /** Whether it is no UTF-8, in rows of JSON Lines. */
  static final String NOT_UTF8 = "_not_utf8";

  /** Which columns are wanted. */
  enum Wanted {
    TEXT,
    /** Its bytes or its path too. */
    TEXT_AND_IMAGE
  }

  /** The files with their rows counted and numbered through. */
  List<SourceFile> numbered(List<SourceFile> files, Problems problems) {
    List<SourceFile> numbered = new ArrayList<>();
    long position = 0;
    for (SourceFile file : files) {
      long rows = file.kind() == Kind.PARQUET ? file.rows() : lines(file).count();
      if (rows == 0) {
        problems.add(file.path(), "holds no rows");
      }
      numbered.add(file.startingAt(position, rows));
      position += rows;
    }
    return numbered;
  }

  /**
   * All rows, those that are no JSON among them.
   *
   * @param files numbered
   * @param problems takes columns that are missing or of another type
   */
  List<Dataset<Row>> read(List<SourceFile> files, Wanted wanted, Problems problems) {
    Map<String, List<SourceFile>> alike =
        files.stream()
            .collect(
                Collectors.groupingBy(
                    SourceFile::columns, LinkedHashMap::new, Collectors.toList()));
    List<Dataset<Row>> parts = new ArrayList<>();
    for (List<SourceFile> group : alike.values()) {
      Dataset<Row> rows = group.get(0).kind() == Kind.PARQUET ? parquet(group) : json(group.get(0));
      PublishedColumns columns =
          new PublishedColumns(format, group.get(0).path(), rows.schema(), problems);
      Column[] uniform = wanted == Wanted.TEXT ? columns.uniform() : columns.uniformWithImage();
      if (problems.isEmpty()) {
        parts.add(rows.select(uniform));
      }
    }
    return parts;
  }

  private Dataset<Row> parquet(List<SourceFile> files) {
    List<Row> table =
        files.stream()
            .map(
                f ->
                    RowFactory.create(
                        SparkPath.fromPathString(f.path()).urlEncoded(),
                        f.path(),
                        f.firstPosition()))
            .toList();
    Dataset<Row> rows =
        spark.read().parquet(files.stream().map(f -> literal(f.path())).toArray(String[]::new));
    return rows.withColumn(POSITION, col("_metadata.row_index"))
        .join(
            broadcast(spark.createDataFrame(table, FILES)),
            col("_metadata.file_path").equalTo(col(FILE)))
        .withColumn(POSITION, col(FIRST).plus(col(POSITION)))
        .drop(FILE, FIRST);
  }

  /** Columns as all lines together have them; a field of several types is text. */
  private Dataset<Row> json(SourceFile file) {
    Dataset<Row> lines = lines(file);
    StructType schema =
        spark
            .read()
            .option("columnNameOfCorruptRecord", UNREADABLE)
            .json(lines.where("sound").select("line").as(Encoders.STRING()))
            .schema();
    if (!List.of(schema.fieldNames()).contains(UNREADABLE)) {
      schema = schema.add(UNREADABLE, DataTypes.StringType);
    }
    return lines
        .withColumn(
            "row", from_json(col("line"), schema, Map.of("columnNameOfCorruptRecord", UNREADABLE)))
        .select(
            lit(file.path()).as(SOURCE),
            col("position").plus(lit(file.firstPosition())).as(POSITION),
            not(col("sound")).as(NOT_UTF8),
            col("row.*"));
  }

  /** The lines that are not blank, numbered. */
  private Dataset<Row> lines(SourceFile file) {
    JavaRDD<Row> lines =
        spark
            .read()
            .text(literal(file.path()))
            .select(col("value"), is_valid_utf8(col("value")))
            .toJavaRDD()
            .filter(row -> !row.getString(0).isBlank())
            .zipWithIndex()
            .map(
                numbered ->
                    RowFactory.create(
                        numbered._2(), numbered._1().getBoolean(1), numbered._1().getString(0)));
    return spark.createDataFrame(lines, LINES);
  }

  /** Spark takes some characters of a path for patterns. */
  static String literal(String path) {
    return path.replaceAll("([\\\\{}\\[\\]*?])", "\\\\$1");
  }
}
