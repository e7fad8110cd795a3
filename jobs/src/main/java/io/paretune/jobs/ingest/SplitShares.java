package io.paretune.jobs.ingest;

import java.io.Serializable;
import java.util.List;

/**
 * Shares questions out to splits by their image, so that no image is in two of them: for benchmarks
 * that are published as one piece. An image's split depends on nothing but the image.
 *
 * @param shares in their order; none where files must name the split themselves
 */
public record SplitShares(List<Share> shares) implements Serializable {
  /** Files must name the split of every row. */
  public static final SplitShares NONE = new SplitShares(List.of());

  /** Of the first digits of an image's hash. */
  private static final int DIGITS = 13;

  /**
   * A split.
   *
   * @param share of the questions, in [0, 1]
   */
  public record Share(String split, double share) implements Serializable {}

  public SplitShares {
    shares = List.copyOf(shares);
    double sum = shares.stream().mapToDouble(Share::share).sum();
    if (!shares.isEmpty() && Math.abs(sum - 1) > 1e-6) {
      throw new IllegalArgumentException("shares must add up to 1, were " + shares);
    }
  }

  /**
   * The split of an image.
   *
   * @param imageId SHA-256 in hexadecimal
   */
  String of(String imageId) {
    double place = Long.parseLong(imageId.substring(0, DIGITS), 16) / (double) (1L << (4 * DIGITS));
    double end = 0;
    for (Share share : shares) {
      end += share.share();
      if (place < end) {
        return share.split();
      }
    }
    return shares.get(shares.size() - 1).split();
  }
}
