package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Images that are published apart from their questions, as GQA's are: Parquet files with the
 * columns {@code id} and {@code image}.
 *
 * @param spark the session
 * @param location a file, a pattern or a folder of Parquet files; a folder of image files is no
 *     table
 */
record ImageTable(SparkSession spark, String location) {
  private static final String PARQUET = ".parquet";

  /** Whether it is one, and not a folder of image files. */
  boolean isTable() {
    return location.endsWith(PARQUET) || (!location.isEmpty() && holdsParquet());
  }

  private boolean holdsParquet() {
    Path folder = new Path(location);
    try {
      RemoteIterator<FileStatus> inside =
          folder
              .getFileSystem(spark.sparkContext().hadoopConfiguration())
              .listStatusIterator(folder);
      while (inside.hasNext()) {
        if (inside.next().getPath().getName().endsWith(PARQUET)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // Each row that needs it says so.
    }
  }

  /**
   * The rows, those without an image of their own with that of their key.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException if it lacks a column
   */
  Dataset<Row> join(Dataset<Row> rows) {
    Problems problems = new Problems();
    List<SourceFile> files =
        SamplesFiles.open(List.of(location), spark.sparkContext().hadoopConfiguration(), problems);
    problems.throwIfAny();
    Dataset<Row> images =
        spark
            .read()
            .parquet(
                files.stream()
                    .map(SourceFile::path)
                    .map(PublishedRows::literal)
                    .toArray(String[]::new));
    FoundColumns found = new FoundColumns(location, images.schema(), problems);
    Dataset<Row> keyed =
        images.select(found.id("id").as("table_id"), found.image(false).bytes().as("table_image"));
    problems.throwIfAny();
    return rows.join(
            keyed.dropDuplicates("table_id"), col("image_key").equalTo(col("table_id")), "left")
        .withColumn("image", coalesce(col("image"), col("table_image")))
        .drop("table_id", "table_image");
  }
}
