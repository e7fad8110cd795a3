package io.paretune.udfs.spark;

import io.paretune.udfs.benchmark.Sample;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.spark.sql.Row;

/** Reads rows that have the columns of the {@code samples} and {@code image_features} tables. */
public final class SampleRows {
  private SampleRows() {}

  /** The question of a row, without its image. */
  public static Sample sample(Row row) {
    return new Sample(
        row.getAs("benchmark"),
        row.getAs("sample_id"),
        row.getAs("image_id"),
        row.getAs("question"),
        row.getAs("hint"),
        row.getList(row.fieldIndex("options")),
        row.getList(row.fieldIndex("answers")),
        row.getAs("category"),
        row.getAs("group_id"),
        row.getAs("metric"));
  }

  static boolean hasFeatures(Row row) {
    return row.schema().getFieldIndex("features").isDefined();
  }

  /** The features of an image's row: (T, H), token after token. */
  public static float[] features(Row row) {
    byte[] bytes = row.getAs("features");
    float[] features = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(features);
    return features;
  }

  /** As the table keeps them: little-endian fp32, row-major. */
  static byte[] bytes(float[] features) {
    ByteBuffer bytes =
        ByteBuffer.allocate(features.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(features);
    return bytes.array();
  }
}
