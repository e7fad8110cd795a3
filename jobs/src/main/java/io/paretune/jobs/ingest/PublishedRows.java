package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.not;

import io.paretune.jobs.ingest.SourceFile.Kind;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.problem.Problems;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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
import scala.Tuple2;

/**
 * The rows of a benchmark's files in one form, whatever their format. Parquet files of the same
 * columns are read together, and so are all JSON Lines: thousands of them are one plan of moderate
 * size.
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
          .add("source", DataTypes.StringType, false)
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
    List<SourceFile> ofLines = files.stream().filter(f -> f.kind() == Kind.JSON_LINES).toList();
    Map<String, Long> lines = new HashMap<>();
    if (!ofLines.isEmpty()) {
      counts(lines(ofLines)).forEach((block, n) -> lines.merge(block.file(), n, Long::sum));
    }
    List<SourceFile> numbered = new ArrayList<>();
    long position = 0;
    for (SourceFile file : files) {
      long rows = file.kind() == Kind.PARQUET ? file.rows() : lines.getOrDefault(encoded(file), 0L);
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
      Dataset<Row> rows = group.get(0).kind() == Kind.PARQUET ? parquet(group) : json(group);
      String where =
          group.get(0).path() + (group.size() > 1 ? " and " + (group.size() - 1) + " more" : "");
      PublishedColumns columns = new PublishedColumns(format, where, rows.schema(), problems);
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
            .map(f -> RowFactory.create(encoded(f), f.path(), f.firstPosition()))
            .toList();
    Dataset<Row> rows = spark.read().parquet(paths(files));
    return rows.withColumn(POSITION, col("_metadata.row_index"))
        .join(
            broadcast(spark.createDataFrame(table, FILES)),
            col("_metadata.file_path").equalTo(col(FILE)))
        .withColumn(POSITION, col(FIRST).plus(col(POSITION)))
        .drop(FILE, FIRST);
  }

  /** Columns as all lines together have them; a field of several types is text. */
  private Dataset<Row> json(List<SourceFile> files) {
    Dataset<Row> lines = spark.createDataFrame(placed(lines(files), files), LINES);
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
            col("source").as(SOURCE),
            col("position").as(POSITION),
            not(col("sound")).as(NOT_UTF8),
            col("row.*"));
  }

  /** A part of a file that one task reads in order. */
  private record Block(String file, long start) implements Serializable {
    static Block of(Row line) {
      return new Block(line.getString(2), line.getLong(3));
    }
  }

  /** The lines that are not blank: text, whether it is UTF-8, file and block's start. */
  private JavaRDD<Row> lines(List<SourceFile> files) {
    return spark
        .read()
        .text(paths(files))
        .select(
            col("value"),
            is_valid_utf8(col("value")),
            col("_metadata.file_path"),
            col("_metadata.file_block_start"))
        .toJavaRDD()
        .filter(row -> !row.getString(0).isBlank());
  }

  private static Map<Block, Long> counts(JavaRDD<Row> lines) {
    return lines.mapToPair(line -> new Tuple2<>(Block.of(line), 1L)).reduceByKeyLocally(Long::sum);
  }

  /** Rows of {@link #LINES}: with their places, of files in their order and lines in theirs. */
  private static JavaRDD<Row> placed(JavaRDD<Row> lines, List<SourceFile> files) {
    Map<String, SourceFile> byName =
        files.stream().collect(Collectors.toMap(PublishedRows::encoded, f -> f, (a, b) -> a));
    Map<String, String> sources = new HashMap<>();
    Map<String, Long> next = new HashMap<>();
    byName.forEach(
        (name, file) -> {
          sources.put(name, file.path());
          next.put(name, file.firstPosition());
        });
    Map<Block, Long> firsts = new HashMap<>();
    counts(lines).entrySet().stream()
        .sorted(Comparator.comparingLong(e -> e.getKey().start()))
        .forEach(
            e -> {
              long first = next.getOrDefault(e.getKey().file(), 0L);
              firsts.put(e.getKey(), first);
              next.put(e.getKey().file(), first + e.getValue());
            });
    return lines.mapPartitions(
        part -> {
          Map<Block, Long> at = new HashMap<>();
          Iterable<Row> all = () -> part;
          return StreamSupport.stream(all.spliterator(), false)
              .map(
                  line -> {
                    Block block = Block.of(line);
                    long position = at.getOrDefault(block, firsts.getOrDefault(block, 0L));
                    at.put(block, position + 1);
                    return RowFactory.create(
                        sources.get(block.file()), position, line.getBoolean(1), line.getString(0));
                  })
              .iterator();
        });
  }

  private static String[] paths(List<SourceFile> files) {
    return files.stream().map(f -> literal(f.path())).toArray(String[]::new);
  }

  /** As {@code _metadata.file_path} has it. */
  private static String encoded(SourceFile file) {
    return SparkPath.fromPathString(file.path()).urlEncoded();
  }

  /** Spark takes some characters of a path for patterns. */
  static String literal(String path) {
    return path.replaceAll("([\\\\{}\\[\\]*?])", "\\\\$1");
  }
}
