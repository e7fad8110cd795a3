package io.paretune.udfs.prune;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The ratios that a level index answers for.
 *
 * @param ratios ascending, each in (0, 1), from 1 to 255 of them
 */
public record RatioGrid(List<Double> ratios) {
  /** As many as a byte tells apart beside "not pruned by any". */
  public static final int MOST_RATIOS = 255;

  public RatioGrid {
    ratios = List.copyOf(ratios);
    if (ratios.isEmpty() || ratios.size() > MOST_RATIOS) {
      throw new IllegalArgumentException(
          "a ratio grid has 1 to %d ratios, was %d".formatted(MOST_RATIOS, ratios.size()));
    }
    double previous = 0;
    for (double ratio : ratios) {
      if (!(ratio > previous && ratio < 1)) {
        throw new IllegalArgumentException(
            "ratios of a grid must ascend within (0, 1), was " + ratios);
      }
      previous = ratio;
    }
  }

  public static RatioGrid of(double... ratios) {
    return new RatioGrid(Arrays.stream(ratios).boxed().toList());
  }

  /** The ratios i / parts for i from 1 to parts − 1, each the double nearest to its fraction. */
  public static RatioGrid ofParts(int parts) {
    return new RatioGrid(IntStream.range(1, parts).mapToObj(i -> (double) i / parts).toList());
  }

  public int size() {
    return ratios.size();
  }

  public double ratio(int position) {
    return ratios.get(position);
  }
}
