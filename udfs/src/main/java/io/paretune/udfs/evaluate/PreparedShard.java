package io.paretune.udfs.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A set of images with their questions, decoded, encoded and tokenized once for all candidates.
 *
 * @param shard its number
 * @param textBefore ids of the prompt before the image, the same for every question
 * @param images in any order
 */
public record PreparedShard(int shard, long[] textBefore, List<PreparedImage> images)
    implements Serializable {

  public PreparedShard {
    images = List.copyOf(images);
  }

  /** The part of it whose questions fit, without the images that have none left. */
  public PreparedShard where(Predicate<PreparedQuestion> fits) {
    List<PreparedImage> some =
        images.stream()
            .map(i -> i.asked(i.questions().stream().filter(fits).toList()))
            .filter(i -> !i.questions().isEmpty())
            .toList();
    return new PreparedShard(shard, textBefore, some);
  }

  /**
   * The shard as another encoder sees its images.
   *
   * @param cancelled asked before each forward
   * @throws CancelledException if it became true
   * @throws IllegalStateException if it was prepared without the images' files
   */
  public PreparedShard seenBy(ImageEncoding encoding, BooleanSupplier cancelled) {
    List<float[]> features =
        encoding.encode(
            images.stream()
                .map(
                    i -> {
                      if (i.file().length == 0) {
                        throw new IllegalStateException(
                            "shard %d was prepared without image files".formatted(shard));
                      }
                      return new ImageEncoding.Image(i.imageId(), i.file());
                    })
                .toList(),
            cancelled);
    List<PreparedImage> seen = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      seen.add(images.get(i).seenAs(features.get(i)));
    }
    return new PreparedShard(shard, textBefore, seen);
  }

  /** Questions in the shard. */
  public int questions() {
    return images.stream().mapToInt(i -> i.questions().size()).sum();
  }
}
