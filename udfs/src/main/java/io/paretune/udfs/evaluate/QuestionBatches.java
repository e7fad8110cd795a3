package io.paretune.udfs.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts a shard into forwards. Images are sorted by how many rows their questions take, so that
 * those that run together are of like length, and taken until a batch holds the wanted number of
 * questions. An image with more questions than that has its prefix run once all the same, and its
 * questions in several forwards.
 */
final class QuestionBatches {
  /** Images by how many rows their questions take, most first; of equal ones in a fixed order. */
  static final Comparator<PreparedImage> LONGEST =
      Comparator.comparingInt(QuestionBatches::rows)
          .reversed()
          .thenComparing(PreparedImage::imageId);

  private QuestionBatches() {}

  /**
   * Images whose prefixes run together, and the forwards over their questions.
   *
   * @param images in the order of the batch
   * @param forwards each holds, for every image of {@code images}, the questions asked in that
   *     forward
   */
  record Batch(List<PreparedImage> images, List<List<List<PreparedQuestion>>> forwards) {}

  /**
   * @param questions wanted in a forward, at least 1; only an image with more of them makes several
   *     forwards of one batch
   */
  static List<Batch> of(List<PreparedImage> images, int questions) {
    if (questions < 1) {
      throw new IllegalArgumentException("a batch has at least one question, was " + questions);
    }
    List<PreparedImage> sorted = images.stream().sorted(LONGEST).toList();
    List<Batch> batches = new ArrayList<>();
    List<PreparedImage> open = new ArrayList<>();
    int held = 0;
    for (PreparedImage image : sorted) {
      int own = image.questions().size();
      if (own > questions) {
        batches.add(alone(image, questions));
        continue;
      }
      if (held + own > questions) {
        batches.add(together(open));
        open = new ArrayList<>();
        held = 0;
      }
      open.add(image);
      held += own;
    }
    if (!open.isEmpty()) {
      batches.add(together(open));
    }
    return batches;
  }

  private static int rows(PreparedImage image) {
    return image.questions().stream().mapToInt(PreparedQuestion::rows).sum();
  }

  private static Batch together(List<PreparedImage> images) {
    return new Batch(
        List.copyOf(images), List.of(images.stream().map(PreparedImage::questions).toList()));
  }

  private static Batch alone(PreparedImage image, int questions) {
    List<PreparedQuestion> all =
        image.questions().stream()
            .sorted(
                Comparator.comparingInt(PreparedQuestion::rows)
                    .thenComparing(q -> q.sample().sampleId()))
            .toList();
    List<List<List<PreparedQuestion>>> forwards = new ArrayList<>();
    for (int i = 0; i < all.size(); i += questions) {
      forwards.add(List.of(all.subList(i, Math.min(all.size(), i + questions))));
    }
    return new Batch(List.of(image), forwards);
  }
}
