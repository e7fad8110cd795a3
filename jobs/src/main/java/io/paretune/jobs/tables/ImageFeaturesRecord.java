package io.paretune.jobs.tables;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a model's vision tower and projector make of an image.
 *
 * @param modelId the model, by its content's hash
 * @param imageId SHA-256 of the image's bytes, in hexadecimal
 * @param features tokens × width 32-bit floats, little-endian, token after token; read-only
 * @param tokens image tokens
 * @param width values a token: the decoder's hidden size
 */
public record ImageFeaturesRecord(
    String modelId, String imageId, ByteBuffer features, int tokens, int width) {
  public ImageFeaturesRecord {
    features = features.asReadOnlyBuffer();
    if (tokens < 1 || width < 1 || features.remaining() != 4L * tokens * width) {
      throw new IllegalArgumentException(
          "image %s: %d tokens of %d 32-bit floats need %d bytes, were %d"
              .formatted(imageId, tokens, width, 4L * tokens * width, features.remaining()));
    }
  }

  /**
   * Features as the model computes them.
   *
   * @param values (tokens, width), token after token
   */
  public static ImageFeaturesRecord of(
      String modelId, String imageId, float[] values, int tokens, int width) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new ImageFeaturesRecord(modelId, imageId, bytes, tokens, width);
  }

  /** The features, (tokens, width), token after token. */
  public float[] values() {
    float[] values = new float[tokens * width];
    features.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
