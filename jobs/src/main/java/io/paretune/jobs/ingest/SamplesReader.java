package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.nullif;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.paretune.jobs.ingest.SamplesFiles.SamplesFile;
import io.paretune.jobs.ingest.ShardAssignment.Load;
import io.paretune.jobs.tables.RejectedSamplesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkThrowable;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Reads samples files (DESIGN.md, Samples file). Images stay in the executors; the driver sees one
 * line for each image and, at most, for a few refused rows.
 */
public final class SamplesReader {
  /** Refused rows that an error lists; it counts the others. */
  private static final int LISTED_ROWS = 20;

  private static final StructType SHARDS =
      new StructType().add("image_id", StringType, false).add("shard", IntegerType, false);

  private final SparkSession spark;
  private final Intake intake;

  private SamplesReader(SparkSession spark, Intake intake) {
    this.spark = spark;
    this.intake = intake;
  }

  /**
   * Reads and checks every row; nothing is written.
   *
   * @param paths Parquet files, or directories of them, in their order
   * @throws InvalidInputException with everything that is wrong: files that are missing, damaged or
   *     empty, columns that are missing or of another type; or, if all files are readable, rows
   *     that cannot be used where there are more of them than {@code intake} allows
   */
  public static ScreenedSamples read(SparkSession spark, List<String> paths, Intake intake) {
    return new SamplesReader(spark, intake).read(paths);
  }

  /**
   * Notes what is wrong with those of the files that are on local disk, as far as their footers
   * tell: so that a command can say it before it starts Spark.
   */
  public static void checkLocal(List<String> paths, Problems problems) {
    List<String> local =
        paths.stream()
            .filter(p -> p.startsWith("file:") || !p.matches("[a-zA-Z0-9+.-]+:.*"))
            .toList();
    if (!local.isEmpty()) {
      SamplesFiles.open(local, new Configuration(), problems);
    }
  }

  private ScreenedSamples read(List<String> paths) {
    Problems problems = new Problems();
    List<SamplesFile> files =
        SamplesFiles.open(paths, spark.sparkContext().hadoopConfiguration(), problems);
    List<Dataset<Row>> parts = new ArrayList<>();
    for (SamplesFile file : files) {
      Dataset<Row> rows = spark.read().parquet(withoutPatterns(file.path()));
      SamplesSchema.check(file.path(), rows.schema(), problems);
      if (problems.isEmpty()) {
        parts.add(uniform(file, rows));
      }
    }
    problems.throwIfAny();
    Dataset<Row> rows = parts.stream().reduce(Dataset::union).orElseThrow();
    try {
      return screen(files, rows);
    } catch (Exception e) {
      throw unreadable(paths, e);
    }
  }

  /** The same columns whatever the file's own form of the image, with the row's place. */
  private static Dataset<Row> uniform(SamplesFile file, Dataset<Row> rows) {
    return rows.select(
        lit(file.path()).as("source"),
        col("_metadata.row_index").plus(lit(file.firstPosition())).as("position"),
        col("sample_id"),
        SamplesSchema.imageBytes(rows.schema()).as("image"),
        col("question"),
        coalesce(col("options"), array().cast("array<string>")).as("options"),
        col("answer"),
        col("category"),
        col("split"));
  }

  private ScreenedSamples screen(List<SamplesFile> files, Dataset<Row> rows) {
    Dataset<Row> verdicts = verdicts(rows).persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> usable = verdicts.where(col("reason").equalTo(""));
    Dataset<Row> unusable = verdicts.where(col("reason").notEqual(""));
    long total = verdicts.count();
    long rejected = unusable.count();
    if (rejected == total || rejected > intake.maximumRejectedShare() * total) {
      List<Problem> listed = refusals(files, unusable, rejected, total);
      verdicts.unpersist();
      throw new InvalidInputException(listed);
    }
    String version = SetHash.of(usable.select("digest"));
    Map<String, Integer> shardOf = ShardAssignment.of(loads(usable), intake.shards());
    return new ScreenedSamples(
        intake.benchmark(),
        version,
        samples(rows, unusable, rejected, version, shardOf),
        total - rejected,
        unusable.select(columns(RejectedSamplesTable.SCHEMA, version)),
        rejected,
        verdicts,
        shardOf.size(),
        (int) shardOf.values().stream().distinct().count());
  }

  private static Dataset<Row> verdicts(Dataset<Row> rows) {
    Dataset<Row> alone =
        rows.mapPartitions(
            (MapPartitionsFunction<Row, Row>)
                part -> {
                  RowScreening screening = new RowScreening();
                  Iterable<Row> all = () -> part;
                  return StreamSupport.stream(all.spliterator(), false)
                      .map(screening::verdict)
                      .iterator();
                },
            Encoders.row(RowScreening.VERDICT));
    Dataset<Row> repeated =
        alone
            .where(col("sample_id").notEqual(""))
            .groupBy(col("sample_id").as("repeated_id"))
            .agg(min("position").as("first"), count(lit(1)).as("times"))
            .where(col("times").gt(1));
    Column again =
        when(
            col("position").gt(col("first")),
            concat(
                lit("sample_id \""),
                col("sample_id"),
                lit("\" was used before, at position "),
                col("first")));
    return alone
        .join(repeated, col("sample_id").equalTo(col("repeated_id")), "left")
        .withColumn("reason", concat_ws("; ", nullif(col("reason"), lit("")), again))
        .select(
            Arrays.stream(RowScreening.VERDICT.fieldNames())
                .map(functions::col)
                .toArray(Column[]::new));
  }

  private Dataset<Row> samples(
      Dataset<Row> rows,
      Dataset<Row> unusable,
      long rejected,
      String version,
      Map<String, Integer> shardOf) {
    Dataset<Row> kept =
        rejected == 0
            ? rows
            : rows.join(
                broadcast(unusable.select(col("position").as("unusable"))),
                col("position").equalTo(col("unusable")),
                "left_anti");
    List<Row> shards =
        shardOf.entrySet().stream().map(e -> RowFactory.create(e.getKey(), e.getValue())).toList();
    return kept.withColumn("image_id", sha2(col("image"), 256))
        .join(broadcast(spark.createDataFrame(shards, SHARDS)), "image_id")
        .withColumn("answers", array(col("answer")))
        .select(columns(SamplesTable.SCHEMA, version));
  }

  private Column[] columns(StructType schema, String version) {
    return Arrays.stream(schema.fieldNames())
        .map(
            name ->
                switch (name) {
                  case "benchmark" -> lit(intake.benchmark()).as(name);
                  case "version" -> lit(version).as(name);
                  default -> col(name);
                })
        .toArray(Column[]::new);
  }

  private static List<Load> loads(Dataset<Row> usable) {
    return usable.groupBy("image_id", "split").count().collectAsList().stream()
        .map(row -> new Load(row.getString(0), row.getString(1), row.getLong(2)))
        .toList();
  }

  private List<Problem> refusals(
      List<SamplesFile> files, Dataset<Row> unusable, long rejected, long total) {
    List<Problem> problems = new ArrayList<>();
    for (Row row : unusable.orderBy("position").limit(LISTED_ROWS).collectAsList()) {
      String source = row.getAs("source");
      long position = row.getAs("position");
      long first =
          files.stream()
              .filter(f -> f.path().equals(source))
              .findFirst()
              .orElseThrow()
              .firstPosition();
      String id = row.getAs("sample_id");
      problems.add(
          new Problem(
              source + ", row " + (position - first) + (id.isEmpty() ? "" : " (" + id + ")"),
              row.getAs("reason"),
              ""));
    }
    problems.add(
        new Problem(
            intake.benchmark(),
            "%d of %d rows cannot be used%s; allowed are %s %%"
                .formatted(
                    rejected,
                    total,
                    rejected > LISTED_ROWS ? " (the first " + LISTED_ROWS + " are listed)" : "",
                    BigDecimal.valueOf(intake.maximumRejectedShare())
                        .movePointRight(2)
                        .stripTrailingZeros()
                        .toPlainString()),
            "mend the rows or leave them out"));
    return problems;
  }

  /** Data that is damaged behind a sound footer shows only when it is read. */
  private static RuntimeException unreadable(List<String> paths, Exception e) {
    if (e instanceof SparkThrowable spark
        && spark.getCondition() != null
        && spark.getCondition().startsWith("FAILED_READ_FILE")) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return new InvalidInputException(
          spark.getMessageParameters().getOrDefault("path", String.join(", ", paths)),
          "is damaged: " + SamplesFiles.firstLine(root),
          "copy or download it again");
    }
    return e instanceof RuntimeException already ? already : new IllegalStateException(e);
  }

  /** Spark takes some characters of a path for patterns. */
  private static String withoutPatterns(String path) {
    return path.replaceAll("([\\\\{}\\[\\]*?])", "\\\\$1");
  }
}
