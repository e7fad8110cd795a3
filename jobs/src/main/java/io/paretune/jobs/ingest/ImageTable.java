package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import io.paretune.udfs.problem.Problems;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Images that are published apart from their questions, as GQA's are: Parquet files with the
 * columns {@code id} and {@code image}.
 *
 * @param spark the session
 * @param location files or a pattern; a folder of image files is no table
 */
record ImageTable(SparkSession spark, String location) {

  /** Whether it is one, and not a folder of image files. */
  boolean isTable() {
    return location.endsWith(".parquet");
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
        spark.read().parquet(files.stream().map(SourceFile::path).toArray(String[]::new));
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
