package io.paretune.jobs.tables;

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
}
