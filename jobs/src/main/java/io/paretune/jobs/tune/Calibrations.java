package io.paretune.jobs.tune;

import io.paretune.udfs.prune.ActivationStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Activation statistics, measured once per model and calibration set and kept in the warehouse. */
public final class Calibrations {
  private static final Logger LOG = LoggerFactory.getLogger(Calibrations.class);

  private Calibrations() {}

  /** The statistics of the model on the study's calibration questions. */
  public static ActivationStatistics of(StudyInputs inputs) {
    String split = inputs.config().benchmark().calibrationSplit();
    int limit = inputs.config().calibration().samples();
    Path file =
        new Path(
            inputs.warehouse().path("calibrations"),
            "%s/%s-%s-%s.statistics"
                .formatted(
                    inputs.modelId(),
                    inputs.version(),
                    FileNames.of(split),
                    limit == 0 ? "all" : limit));
    return stored(
        file,
        inputs.spark().sparkContext().hadoopConfiguration(),
        () -> {
          Dataset<Row> all = inputs.split(split);
          Dataset<Row> rows = limit == 0 ? all : all.orderBy("position").limit(limit);
          LOG.info("calibrating on {} questions", rows.count());
          return inputs.sharded(rows).calibration();
        });
  }

  private static ActivationStatistics stored(
      Path file, Configuration hadoop, Supplier<ActivationStatistics> measure) {
    try {
      FileSystem files = file.getFileSystem(hadoop);
      if (files.exists(file)) {
        try (FSDataInputStream in = files.open(file)) {
          return ActivationStatistics.fromBytes(file.toString(), in.readAllBytes());
        }
      }
      ActivationStatistics statistics = measure.get();
      Path partial = file.suffix("." + UUID.randomUUID() + ".partial");
      try (FSDataOutputStream out = files.create(partial)) {
        out.write(statistics.toBytes());
      }
      if (!files.rename(partial, file)) {
        files.delete(partial, false); // another run was faster, with the same bytes
      }
      return statistics;
    } catch (IOException e) {
      throw new UncheckedIOException("the calibration " + file + " cannot be kept", e);
    }
  }
}
