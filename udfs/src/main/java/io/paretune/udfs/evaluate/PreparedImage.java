package io.paretune.udfs.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * An image with everything that is asked about it.
 *
 * @param imageId SHA-256 of the file's bytes
 * @param features the projected image tokens, row-major (T, H)
 * @param tokens T
 * @param questions all its questions
 * @param file its bytes, where candidates may encode it themselves; otherwise none
 */
public record PreparedImage(
    String imageId, float[] features, int tokens, List<PreparedQuestion> questions, byte[] file)
    implements Serializable {

  public PreparedImage {
    if (tokens < 1 || features.length == 0 || features.length % tokens != 0) {
      throw new IllegalArgumentException(
          "image %s: %d values are no %d rows".formatted(imageId, features.length, tokens));
    }
    questions = List.copyOf(questions);
  }

  /** Without its file. */
  public PreparedImage(
      String imageId, float[] features, int tokens, List<PreparedQuestion> questions) {
    this(imageId, features, tokens, questions, new byte[0]);
  }

  /** The same image as another encoder sees it. */
  PreparedImage seenAs(float[] other) {
    return new PreparedImage(imageId, other, tokens, questions, file);
  }

  /** The same image with fewer questions. */
  PreparedImage asked(List<PreparedQuestion> some) {
    return new PreparedImage(imageId, features, tokens, some, file);
  }
}
