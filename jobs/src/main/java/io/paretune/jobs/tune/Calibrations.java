package io.paretune.jobs.tune;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;

import io.paretune.jobs.fanout.CandidateSpecs;
import io.paretune.jobs.fanout.ShardedBenchmark;
import io.paretune.jobs.tables.FileNames;
import io.paretune.jobs.tables.WholeFile;
import io.paretune.udfs.spark.Levels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Activation statistics, measured once per model and calibration set and kept in the warehouse. */
public final class Calibrations {
  private static final Logger LOG = LoggerFactory.getLogger(Calibrations.class);

  private Calibrations() {}

  /**
   * How a study's profiles get what tasks need to prune by them.
   *
   * @param levels where one-shot masks of the study's ratios come from
   */
  public static CandidateSpecs candidates(StudyInputs inputs, Optional<Levels> levels) {
    return new CandidateSpecs(
        JavaSparkContext.fromSparkContext(inputs.spark().sparkContext()),
        questionsId(inputs),
        () -> questions(inputs),
        (name, measure) ->
            stored(
                new Path(
                    inputs.warehouse().path("calibrations"),
                    inputs.modelId() + "/" + name + ".statistics"),
                inputs.spark().sparkContext().hadoopConfiguration(),
                measure),
        levels);
  }

  /** A name for the calibration questions, which depend on the version and the configuration. */
  private static String questionsId(StudyInputs inputs) {
    int limit = inputs.config().calibration().samples();
    String selection = inputs.config().calibration().selection().key();
    return "%s-%s-%s"
        .formatted(
            inputs.version(),
            FileNames.of(inputs.config().benchmark().calibrationSplit()),
            limit == 0 ? "all" : selection + "-" + limit);
  }

  private static ShardedBenchmark questions(StudyInputs inputs) {
    int limit = inputs.config().calibration().samples();
    Dataset<Row> all = inputs.split(inputs.config().benchmark().calibrationSplit());
    Dataset<Row> rows = limit == 0 ? all : chosen(inputs, all, limit);
    LOG.info("calibrating on {} questions", rows.count());
    // Benchmarks that share an image may have it in different shards: here it counts once.
    Column shard = pmod(hash(col("image_id")), lit(inputs.config().study().shards()));
    return inputs.shardedWithFiles(rows.withColumn("shard", shard));
  }

  private static Dataset<Row> chosen(StudyInputs inputs, Dataset<Row> all, int count) {
    return switch (inputs.config().calibration().selection()) {
      case FIRST -> all.orderBy("position", "sample_id").limit(count);
      case REPRESENTATIVE -> RepresentativeQuestions.of(all, inputs.source(), count);
    };
  }

  private static byte[] stored(Path file, Configuration hadoop, Supplier<byte[]> measure) {
    try {
      FileSystem files = file.getFileSystem(hadoop);
      if (files.exists(file)) {
        try (FSDataInputStream in = files.open(file)) {
          return in.readAllBytes();
        }
      }
      byte[] statistics = measure.get();
      WholeFile.replace(hadoop, file, statistics); // whoever measures writes the same bytes
      return statistics;
    } catch (IOException e) {
      throw new UncheckedIOException("the calibration " + file + " cannot be kept", e);
    }
  }
}
