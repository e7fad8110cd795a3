package io.paretune.jobs.tables;

import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * A row of a samples file that cannot be used.
 *
 * @param benchmark the benchmark that was ingested
 * @param version the version that its other rows became
 * @param source the file
 * @param position the row's place in the files as they were given, from 0
 * @param sampleId what the row says its id is; empty if it says nothing
 * @param reason why it cannot be used
 */
public record RejectedSampleRecord(
    String benchmark,
    String version,
    String source,
    long position,
    String sampleId,
    String reason) {
  public RejectedSampleRecord {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("row " + position + " is rejected without a reason");
    }
  }

  public static Row toRow(RejectedSampleRecord rejected) {
    return Cells.row(
        RejectedSamplesTable.SCHEMA,
        Map.of(
            "benchmark", rejected.benchmark(),
            "version", rejected.version(),
            "source", rejected.source(),
            "position", rejected.position(),
            "sample_id", rejected.sampleId(),
            "reason", rejected.reason()));
  }

  public static RejectedSampleRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new RejectedSampleRecord(
        cells.text("benchmark"),
        cells.text("version"),
        cells.text("source"),
        cells.number("position"),
        cells.text("sample_id"),
        cells.text("reason"));
  }
}
