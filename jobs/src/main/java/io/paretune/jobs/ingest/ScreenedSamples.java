package io.paretune.jobs.ingest;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a benchmark's files hold.
 *
 * @param benchmark the benchmark's name
 * @param version hash of the usable samples, whatever their order and files
 * @param samples the usable rows, as the {@code samples} table has them; read from the files
 *     whenever it is used
 * @param accepted how many these are
 * @param rejected the other rows, as the {@code rejected_samples} table has them
 * @param rejectedCount how many these are
 * @param kept what is kept in memory: lines for each row, without its image
 * @param images different images among the usable rows
 * @param shards how many shards hold them: at most one for each image
 * @param imageFolders directories of the images that rows name by a path, in order; none if no row
 *     does
 */
public record ScreenedSamples(
    String benchmark,
    String version,
    Dataset<Row> samples,
    long accepted,
    Dataset<Row> rejected,
    long rejectedCount,
    List<Dataset<Row>> kept,
    long images,
    int shards,
    List<String> imageFolders)
    implements AutoCloseable {

  KnownScreenings.Found found() {
    return new KnownScreenings.Found(version, accepted, rejectedCount, images, shards);
  }

  /** Lets go of what was kept in memory; the rows can still be used, but are screened again. */
  @Override
  public void close() {
    kept.forEach(Dataset::unpersist);
  }
}
