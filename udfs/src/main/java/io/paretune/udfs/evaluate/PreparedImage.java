package io.paretune.udfs.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * An image with everything that is asked about it.
 *
 * @param imageId SHA-256 of the file's bytes
 * @param features the projected image tokens, row-major (T, H)
 * @param questions all its questions
 */
public record PreparedImage(String imageId, float[] features, List<PreparedQuestion> questions)
    implements Serializable {

  public PreparedImage {
    questions = List.copyOf(questions);
  }
}
