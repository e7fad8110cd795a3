package io.paretune.jobs.ingest;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Spreads images over shards so that every split's questions are spread evenly. The result depends
 * on the images and their numbers of questions, not on the order of the rows.
 *
 * <p>Split by split, in the order of their names, the images with most questions go first, each to
 * the shard that has least of that split so far (the "longest processing time" rule of Graham, SIAM
 * J. Appl. Math. 17(2), 1969). An image with questions in several splits is placed with the first.
 */
final class ShardAssignment {

  /**
   * An image's questions in one split.
   *
   * @param imageId the image
   * @param split the split
   * @param questions how many
   */
  record Load(String imageId, String split, long questions) {}

  /** A shard and how many of a split's questions it has. */
  private record Shard(int index, long questions) {
    Shard with(long more) {
      return new Shard(index, questions + more);
    }
  }

  private static final Comparator<Load> MOST_QUESTIONS_FIRST =
      Comparator.comparingLong(Load::questions).reversed().thenComparing(Load::imageId);
  private static final Comparator<Shard> LEAST_QUESTIONS_FIRST =
      Comparator.comparingLong(Shard::questions).thenComparingInt(Shard::index);

  private ShardAssignment() {}

  /**
   * Each image's shard.
   *
   * @param loads each image and split once
   * @param shards how many shards there are, at least one; there may be fewer images
   */
  static Map<String, Integer> of(List<Load> loads, int shards) {
    Map<String, Integer> shardOf = new HashMap<>();
    loads.stream()
        .collect(groupingBy(Load::split, TreeMap::new, toList()))
        .values()
        .forEach(split -> spread(split, shards, shardOf));
    return shardOf;
  }

  private static void spread(List<Load> split, int shards, Map<String, Integer> shardOf) {
    long[] placed = new long[shards];
    for (Load load : split) {
      Integer shard = shardOf.get(load.imageId());
      if (shard != null) {
        placed[shard] += load.questions();
      }
    }
    PriorityQueue<Shard> queue = new PriorityQueue<>(LEAST_QUESTIONS_FIRST);
    IntStream.range(0, shards).forEach(i -> queue.add(new Shard(i, placed[i])));
    split.stream()
        .filter(load -> !shardOf.containsKey(load.imageId()))
        .sorted(MOST_QUESTIONS_FIRST)
        .forEach(
            load -> {
              Shard least = queue.remove();
              shardOf.put(load.imageId(), least.index());
              queue.add(least.with(load.questions()));
            });
  }
}
