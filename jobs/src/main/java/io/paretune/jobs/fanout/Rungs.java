package io.paretune.jobs.fanout;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The steps in which a trial's shards are asked; a decision about the trial can fall after each.
 *
 * @param shards of each rung, in order; each shard in one of them
 */
public record Rungs(List<List<Integer>> shards) {
  public Rungs {
    shards = shards.stream().map(List::copyOf).toList();
  }

  /**
   * Rungs of about equal size.
   *
   * @param shards that have questions
   * @param rungs how many are wanted; never more than there are shards
   */
  public static Rungs of(List<Integer> shards, int rungs) {
    if (shards.isEmpty() || rungs < 1) {
      throw new IllegalArgumentException(
          "shards and rungs must be at least 1, were %d and %d".formatted(shards.size(), rungs));
    }
    int steps = Math.min(rungs, shards.size());
    return new Rungs(
        IntStream.range(0, steps)
            .mapToObj(
                r -> shards.subList(r * shards.size() / steps, (r + 1) * shards.size() / steps))
            .toList());
  }

  /** How many there are. */
  public int count() {
    return shards.size();
  }

  /** The shards of a rung and all later ones, in order. */
  public List<Integer> from(int rung) {
    return shards.subList(rung, count()).stream().flatMap(List::stream).toList();
  }
}
