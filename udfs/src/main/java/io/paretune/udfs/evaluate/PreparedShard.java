package io.paretune.udfs.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * A set of images with their questions, decoded, encoded and tokenized once for all candidates.
 *
 * @param shard its number
 * @param textBefore ids of the prompt before the image, the same for every question
 * @param images in any order
 */
public record PreparedShard(int shard, int[] textBefore, List<PreparedImage> images)
    implements Serializable {

  public PreparedShard {
    images = List.copyOf(images);
  }

  /** Questions in the shard. */
  public int questions() {
    return images.stream().mapToInt(i -> i.questions().size()).sum();
  }
}
