package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.nullif;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.when;

import io.paretune.jobs.ingest.PublishedRows.Wanted;
import io.paretune.jobs.progress.StageProgress;
import io.paretune.jobs.tables.RejectedSamplesTable;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.problem.UnavailableException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkThrowable;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Reads samples files (README, "Benchmarks and their files"). Images stay in the executors; the
 * driver sees one line for each image and, at most, for a few refused rows.
 */
public final class SamplesReader {
  /** Refused rows that an error lists; it counts the others. */
  private static final int LISTED_ROWS = 20;

  private final SparkSession spark;
  private final Intake intake;
  private final CollectionAccumulator<String> imageFolders;

  private SamplesReader(SparkSession spark, Intake intake) {
    this.spark = spark;
    this.intake = intake;
    this.imageFolders = spark.sparkContext().collectionAccumulator();
  }

  /**
   * Reads and checks every row; nothing is written.
   *
   * @param paths Parquet or JSON Lines files, directories of them or patterns, in their order
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
    List<SourceFile> found =
        SamplesFiles.open(paths, spark.sparkContext().hadoopConfiguration(), problems);
    SamplesFiles.checkImages(intake.images(), spark.sparkContext().hadoopConfiguration(), problems);
    PublishedRows published = new PublishedRows(spark, intake.format());
    try {
      List<SourceFile> files = published.numbered(found, problems);
      List<Dataset<Row>> parts = published.read(files, Wanted.TEXT_AND_IMAGE, problems);
      problems.throwIfAny();
      Dataset<Row> rows = parts.stream().reduce(Dataset::union).orElseThrow();
      return screen(files, withImages(rows));
    } catch (Exception e) {
      throw unreadable(paths, e);
    }
  }

  /** Images that rows name by path or key, beside those that they hold. */
  private Dataset<Row> withImages(Dataset<Row> rows) {
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    ImageTable table = new ImageTable(spark, intake.images());
    // Only these questions name an image by its key; others may lie beside pictures and Parquet.
    boolean keyed = intake.format() == BenchmarkFormat.GQA && table.isTable();
    Dataset<Row> held = keyed ? table.join(rows) : rows;
    ImageFiles files =
        new ImageFiles(keyed ? "" : intake.images(), held.schema(), hadoop, imageFolders);
    Dataset<Row> whole = held.mapPartitions(files, Encoders.row(files.result()));
    return intake.format() == BenchmarkFormat.SCIENCE_QA
        ? whole.withColumn("sample_id", PublishedColumns.contentId())
        : whole;
  }

  private ScreenedSamples screen(List<SourceFile> files, Dataset<Row> rows) {
    Dataset<Row> alone = alone(rows).persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> verdicts = together(alone).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      // Before rows are compared: a damaged file fails once, not in every stage.
      StageProgress.during(
          spark.sparkContext(), "screening the rows of " + intake.benchmark(), alone::count);
      return screened(files, rows, verdicts, List.of(verdicts, alone));
    } catch (Exception e) {
      verdicts.unpersist();
      alone.unpersist();
      throw e;
    }
  }

  private ScreenedSamples screened(
      List<SourceFile> files, Dataset<Row> rows, Dataset<Row> verdicts, List<Dataset<Row>> kept) {
    Column sound = col("reason").equalTo("");
    Dataset<Row> usable = verdicts.where(sound);
    Dataset<Row> unusable = verdicts.where(not(sound));
    Row counts =
        verdicts
            .agg(
                count(lit(1)),
                count_if(not(sound)),
                count_if(sound.and(col("group_id").notEqual(""))))
            .head();
    long total = counts.getLong(0);
    long rejected = counts.getLong(1);
    if (rejected == total || rejected > intake.maximumRejectedShare() * total) {
      throw new InvalidInputException(refusals(files, unusable, rejected, total));
    }
    String version = SetHash.of(usable.select("digest"));
    Places places = Places.of(usable, counts.getLong(2) > 0, intake);
    return new ScreenedSamples(
        intake.benchmark(),
        version,
        samples(rows, unusable, rejected, version, places),
        total - rejected,
        unusable.select(columns(RejectedSamplesTable.SCHEMA, version)),
        rejected,
        kept,
        places.images(),
        places.shards(),
        List.copyOf(new TreeSet<>(imageFolders.value())));
  }

  /** The verdict on each row by itself. */
  private Dataset<Row> alone(Dataset<Row> rows) {
    Intake how = intake;
    return rows.mapPartitions(
        (MapPartitionsFunction<Row, Row>)
            part -> {
              if (!part.hasNext()) {
                return part;
              }
              RowScreening screening = new RowScreening(how);
              TaskContext.get()
                  .addTaskCompletionListener((TaskCompletionListener) context -> screening.close());
              Iterable<Row> all = () -> part;
              return StreamSupport.stream(all.spliterator(), false)
                  .map(screening::verdict)
                  .iterator();
            },
        Encoders.row(RowScreening.VERDICT));
  }

  /**
   * The same with what rows mean to each other: the first usable one of an id has it, and a group
   * of which a row is missing would be easier than it is. A repeated id leaves its group whole.
   */
  private static Dataset<Row> together(Dataset<Row> alone) {
    Column sound = col("reason").equalTo("");
    Dataset<Row> repeated =
        alone
            .where(sound)
            .groupBy(col("sample_id").as("repeated_id"))
            .agg(min("position").as("first"), count(lit(1)).as("times"))
            .where(col("times").gt(1));
    Dataset<Row> broken =
        alone
            .where(not(sound).and(col("group_id").notEqual("")))
            .groupBy(col("group_id").as("broken_group"))
            .agg(min("position").as("broken_at"));
    Column again =
        when(
            col("position").gt(col("first")),
            concat(
                lit("sample_id \""),
                col("sample_id"),
                lit("\" was used before, at position "),
                col("first")));
    Column beside =
        concat(
            lit("is judged together with a row that cannot be used, at position "),
            col("broken_at"));
    return alone
        .join(repeated, col("sample_id").equalTo(col("repeated_id")), "left")
        .join(broadcast(broken), col("group_id").equalTo(col("broken_group")), "left")
        .withColumn("reason", concat_ws("; ", nullif(col("reason"), lit("")), again))
        .withColumn("reason", when(sound, coalesce(beside, lit(""))).otherwise(col("reason")))
        .select(
            Arrays.stream(RowScreening.VERDICT.fieldNames())
                .map(functions::col)
                .toArray(Column[]::new));
  }

  private Dataset<Row> samples(
      Dataset<Row> rows, Dataset<Row> unusable, long rejected, String version, Places places) {
    Dataset<Row> kept =
        rejected == 0
            ? rows
            : rows.join(
                broadcast(unusable.select(col("position").as("unusable"))),
                col("position").equalTo(col("unusable")),
                "left_anti");
    return kept.withColumn("image_id", sha2(col("image"), 256))
        .join(broadcast(places.rows(spark)), "image_id")
        .withColumn("split", coalesce(col("split"), col("assigned_split")))
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

  private List<Problem> refusals(
      List<SourceFile> files, Dataset<Row> unusable, long rejected, long total) {
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
            "mend the rows, leave them out, or allow more by benchmark.max-rejected-share"));
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
      String file = spark.getMessageParameters().getOrDefault("path", String.join(", ", paths));
      return FileTrouble.isUnanswered(e)
          ? new UnavailableException(
              new Problem(file, "cannot be read now: " + FileTrouble.firstLine(root), ""), e)
          : new InvalidInputException(
              file, "is damaged: " + FileTrouble.firstLine(root), "copy or download it again");
    }
    return e instanceof RuntimeException already ? already : new IllegalStateException(e);
  }
}
