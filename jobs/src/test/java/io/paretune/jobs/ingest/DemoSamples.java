package io.paretune.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The embedded model, and parts of the embedded benchmark. */
public final class DemoSamples {
  public static final Path HOME = Path.of(System.getProperty("paretune.home"));
  public static final Path MODEL = HOME.resolve("conf/demo/model");
  private static final Path FILE = HOME.resolve("conf/demo/samples.parquet");

  private DemoSamples() {}

  /**
   * Writes the first questions of some splits into one file, in their order, and returns its path.
   *
   * @param counts questions by split
   */
  public static String first(SparkSession spark, Path file, Map<String, Integer> counts) {
    Dataset<Row> all = spark.read().parquet(FILE.toString());
    List<Row> rows = new ArrayList<>();
    counts.forEach(
        (split, count) ->
            rows.addAll(
                all.where(col("split").equalTo(split))
                    .orderBy("_metadata.row_index")
                    .limit(count)
                    .collectAsList()));
    return new SampleFiles(spark).writeOne(spark.createDataFrame(rows, all.schema()), file);
  }
}
