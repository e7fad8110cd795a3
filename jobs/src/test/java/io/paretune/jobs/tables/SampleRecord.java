package io.paretune.jobs.tables;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * A question about an image.
 *
 * @param benchmark the benchmark's name
 * @param version the hash of the benchmark's samples: what a score was measured on
 * @param position the question's place in the files as they were given, from 0
 * @param sampleId unique in the benchmark and version
 * @param imageId SHA-256 of the image's bytes, in hexadecimal
 * @param image the image file, read-only
 * @param hint what a protocol may tell beside the question; may be empty
 * @param options what may be answered; empty for an open question
 * @param answers the right answers, at least one
 * @param groupId questions that are judged together share it; may be empty
 * @param metric how free text is judged; empty where the benchmark knows
 * @param split what the question is for: {@code train}, {@code val}, {@code test}
 * @param shard the part of the benchmark it belongs to; all questions of an image are in one
 */
public record SampleRecord(
    String benchmark,
    String version,
    long position,
    String sampleId,
    String imageId,
    ByteBuffer image,
    String question,
    String hint,
    List<String> options,
    List<String> answers,
    String category,
    String groupId,
    String metric,
    String split,
    int shard) {
  public SampleRecord {
    image = image.asReadOnlyBuffer();
    options = List.copyOf(options);
    answers = List.copyOf(answers);
    if (position < 0 || shard < 0) {
      throw new IllegalArgumentException(
          "sample %s: position and shard start at 0, were %d and %d"
              .formatted(sampleId, position, shard));
    }
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("sample %s has no answer".formatted(sampleId));
    }
  }

  public static Row toRow(SampleRecord sample) {
    byte[] image = new byte[sample.image().remaining()];
    sample.image().duplicate().get(image);
    return Cells.row(
        SamplesTable.SCHEMA,
        Map.ofEntries(
            Map.entry("benchmark", sample.benchmark()),
            Map.entry("version", sample.version()),
            Map.entry("position", sample.position()),
            Map.entry("sample_id", sample.sampleId()),
            Map.entry("image_id", sample.imageId()),
            Map.entry("image", image),
            Map.entry("question", sample.question()),
            Map.entry("hint", sample.hint()),
            Map.entry("options", Cells.list(sample.options())),
            Map.entry("answers", Cells.list(sample.answers())),
            Map.entry("category", sample.category()),
            Map.entry("group_id", sample.groupId()),
            Map.entry("metric", sample.metric()),
            Map.entry("split", sample.split()),
            Map.entry("shard", sample.shard())));
  }

  public static SampleRecord fromRow(Row row) {
    Cells cells = new Cells(row);
    return new SampleRecord(
        cells.text("benchmark"),
        cells.text("version"),
        cells.number("position"),
        cells.text("sample_id"),
        cells.text("image_id"),
        ByteBuffer.wrap(cells.bytes("image")),
        cells.text("question"),
        cells.text("hint"),
        cells.values("options"),
        cells.values("answers"),
        cells.text("category"),
        cells.text("group_id"),
        cells.text("metric"),
        cells.text("split"),
        cells.integer("shard"));
  }
}
