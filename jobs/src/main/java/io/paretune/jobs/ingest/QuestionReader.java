package io.paretune.jobs.ingest;

import io.paretune.jobs.ingest.PublishedRows.Wanted;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.problem.Problems;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Reads a benchmark's questions without their images, which stay on disk. */
public final class QuestionReader {
  /** Rows that an error lists; it counts the others. */
  private static final int LISTED_ROWS = 20;

  private QuestionReader() {}

  /**
   * Every row in the order of the files; the row's position stands for its image.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException with every row and column that cannot be
   *     used
   */
  public static List<Sample> read(SparkSession spark, BenchmarkFormat format, List<String> paths) {
    Problems problems = new Problems();
    PublishedRows published = new PublishedRows(spark, format);
    List<SourceFile> files =
        published.numbered(
            SamplesFiles.open(paths, spark.sparkContext().hadoopConfiguration(), problems),
            problems);
    List<Dataset<Row>> parts = published.read(files, Wanted.TEXT, problems);
    problems.throwIfAny();
    Dataset<Row> rows = parts.stream().reduce(Dataset::union).orElseThrow();
    List<Sample> samples = new ArrayList<>();
    int unusable = 0;
    Iterator<Row> all = rows.orderBy("position").toLocalIterator();
    while (all.hasNext()) {
      Row row = all.next();
      List<String> reasons = reasons(row, format);
      if (reasons.isEmpty()) {
        samples.add(sample(row));
      } else if (++unusable <= LISTED_ROWS) {
        problems.add("row " + row.getAs("position"), String.join("; ", reasons));
      }
    }
    if (unusable > LISTED_ROWS) {
      problems.add("samples", (unusable - LISTED_ROWS) + " more rows cannot be used");
    }
    problems.throwIfAny();
    return samples;
  }

  private static List<String> reasons(Row row, BenchmarkFormat format) {
    List<String> reasons = new ArrayList<>();
    if (row.<Boolean>getAs("unreadable")) {
      return List.of("the line is no JSON object");
    }
    if (row.<Boolean>getAs("malformed")) {
      return List.of("a text is no UTF-8");
    }
    String sampleId = row.getAs("sample_id");
    if (sampleId == null || sampleId.isBlank()) {
      reasons.add("the row has no usable id");
    }
    if (row.getAs("category") == null || row.getAs("group_id") == null) {
      reasons.add("the row has no category or group");
    }
    new AnswerScreening(format, reasons)
        .check(
            row.getList(row.fieldIndex("options")),
            row.getList(row.fieldIndex("answers")),
            row.getAs("metric"));
    return reasons;
  }

  /** The question of a row that was found usable; its position stands for its image. */
  static Sample sample(Row row) {
    return new Sample(
        "",
        row.getAs("sample_id"),
        String.valueOf(row.<Long>getAs("position")),
        Objects.requireNonNullElse(row.<@Nullable String>getAs("question"), ""),
        row.getAs("hint"),
        row.getList(row.fieldIndex("options")),
        row.getList(row.fieldIndex("answers")),
        row.getAs("category"),
        row.getAs("group_id"),
        row.getAs("metric"));
  }
}
