package io.paretune.udfs.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What the kernels are told about one pass over rows of a forest: the rows from {@code from} on are
 * new, those before are cached. New rows must be sorted by image.
 */
final class TreeStep {
  private final TokenForest forest;
  private final int from;
  private final int prefixTokens;
  private final int group;
  private final int[] place;

  /**
   * @param group tokens of a group of keys by channel, or 0
   */
  TreeStep(TokenForest forest, int from, int prefixTokens, int group) {
    this.forest = forest;
    this.from = from;
    this.prefixTokens = prefixTokens;
    this.group = group;
    this.place = places(forest);
    for (int row = from + 1; row < forest.size(); row++) {
      if (forest.row(row).image() < forest.row(row - 1).image()) {
        throw new IllegalArgumentException("new rows must be sorted by image");
      }
    }
  }

  int rows() {
    return forest.size() - from;
  }

  long[] tokens() {
    long[] tokens = new long[rows()];
    Arrays.setAll(tokens, i -> forest.row(from + i).token());
    return tokens;
  }

  /** Position of each new row in the whole sequence, prefix included. */
  long[] positions() {
    long[] positions = new long[rows()];
    Arrays.setAll(positions, i -> prefixTokens + forest.row(from + i).depth());
    return positions;
  }

  double[] multiplicities() {
    double[] weights = new double[rows()];
    Arrays.setAll(weights, i -> forest.row(from + i).multiplicity());
    return weights;
  }

  int[] allNewRows() {
    int[] rows = new int[rows()];
    Arrays.setAll(rows, i -> from + i);
    return rows;
  }

  /** How many tree rows each image has as keys, new and cached. */
  long[] keys() {
    long[] keys = new long[forest.images()];
    Arrays.setAll(keys, image -> forest.rowsOf(image).size());
    return keys;
  }

  /** Each image's rows, image after image; empty if nothing is cached: they lie so already. */
  long[] order() {
    if (from == 0) {
      return new long[0];
    }
    long[] order = new long[forest.size()];
    int at = 0;
    for (int image = 0; image < forest.images(); image++) {
      for (int row : forest.rowsOf(image)) {
        order[at++] = row;
      }
    }
    return order;
  }

  /** How many of {@code rows} belong to each image. */
  long[] queries(int[] rows) {
    long[] queries = new long[forest.images()];
    for (int row : rows) {
      queries[forest.row(row).image()]++;
    }
    return queries;
  }

  /** How many whole groups of keys end in each image's rows; none without groups. */
  long[] groups() {
    long[] groups = new long[group == 0 ? 0 : forest.images()];
    Arrays.setAll(groups, image -> ends(image).size());
    return groups;
  }

  /** For each of those groups its tokens: keys of its image, the prefix's first. */
  long[] members() {
    LongStream.Builder members = LongStream.builder();
    for (int image = 0; image < groups().length; image++) {
      for (int end : ends(image)) {
        long[] keys = new long[group];
        int row = end;
        for (int i = group - 1; i >= 0; i--) {
          if (row == TokenTree.PREFIX) {
            keys[i] = (long) position(end) - group + 1 + i;
          } else {
            keys[i] = (long) prefixTokens + place[row];
            row = forest.row(row).parent();
          }
        }
        Arrays.stream(keys).forEach(members::add);
      }
    }
    return members.build().toArray();
  }

  /** The image's rows that end a group of keys. */
  private List<Integer> ends(int image) {
    return group == 0
        ? List.of()
        : forest.rowsOf(image).stream().filter(r -> (position(r) + 1) % group == 0).toList();
  }

  private int position(int row) {
    return prefixTokens + forest.row(row).depth();
  }

  /**
   * What is added to attention scores: 0 for what a row sees, −∞ for its image's other keys. For
   * each of {@code rows} (sorted by image): the prefix, its image's rows, its image's groups. A row
   * sees the prefix, its ancestors and itself; of what lies in a group that is whole at its
   * position, it sees the group instead.
   */
  float[] mask(int[] rows) {
    long[] keys = keys();
    long[] groups = groups();
    long size = 0;
    for (int row : rows) {
      int image = forest.row(row).image();
      size += prefixTokens + keys[image] + (group == 0 ? 0 : groups[image] * group);
    }
    float[] mask = new float[Math.toIntExact(size)];
    int at = 0;
    for (int row : rows) {
      int image = forest.row(row).image();
      List<Integer> ends = ends(image);
      int rawFrom = group == 0 ? 0 : (position(row) + 1) / group * group;
      int inGroups = at + prefixTokens + (int) keys[image];
      int next = inGroups + ends.size() * group;
      Arrays.fill(mask, at + prefixTokens, next, Float.NEGATIVE_INFINITY);
      if (group > 0 && rawFrom > prefixTokens / group * group) {
        Arrays.fill(
            mask, at + prefixTokens / group * group, at + prefixTokens, Float.NEGATIVE_INFINITY);
      }
      for (int r = row; r != TokenTree.PREFIX; r = forest.row(r).parent()) {
        if (position(r) >= rawFrom) {
          mask[at + prefixTokens + place[r]] = 0;
        }
        int end = ends.indexOf(r);
        if (end >= 0) {
          Arrays.fill(mask, inGroups + end * group, inGroups + (end + 1) * group, 0);
        }
      }
      at = next;
    }
    return mask;
  }

  /** Each row's place among its image's keys. */
  private static int[] places(TokenForest forest) {
    int[] place = new int[forest.size()];
    for (int image = 0; image < forest.images(); image++) {
      int at = 0;
      for (int row : forest.rowsOf(image)) {
        place[row] = at++;
      }
    }
    return place;
  }
}
