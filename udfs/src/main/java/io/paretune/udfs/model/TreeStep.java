package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What the kernels are told about a pass over all rows of a forest, which follow a prefix of so
 * many tokens.
 */
final class TreeStep {
  private final TokenForest forest;
  private final int prefixTokens;
  private final int group;

  /**
   * @param group tokens of a group of keys by channel, or 0
   */
  TreeStep(TokenForest forest, int prefixTokens, int group) {
    this.forest = forest;
    this.prefixTokens = prefixTokens;
    this.group = group;
  }

  /**
   * As {@code tree_layer} in {@code decoder.py} takes it.
   *
   * @param turn rotary positions of all rows
   * @param keys how many of the rows are each image's
   * @param queries how many of those that ask are each image's
   * @param mask as {@link TreeStep#mask}
   * @param read the rows that ask; empty for all
   * @param group tokens of a group of keys by channel, or 0
   * @param members each group's tokens
   * @param groups how many groups each image has
   */
  record Input(
      RotaryTable.Rows turn,
      long[] keys,
      long[] queries,
      NDArray mask,
      NDArray read,
      int group,
      NDArray members,
      long[] groups) {}

  /** For a layer of whose output all rows are wanted. */
  Input input(NDManager owner, RotaryTable rotary) {
    int[] all = IntStream.range(0, forest.size()).toArray();
    return new Input(
        rotary.rows(owner, positions()),
        keys(),
        queries(all),
        owner.create(mask(all)),
        owner.create(new Shape(0), DataType.INT64),
        group,
        owner.create(members()),
        groups());
  }

  /** For one of whose output only these rows are wanted, which are not all. */
  Input reading(NDManager owner, Input all, int[] rows) {
    return new Input(
        all.turn(),
        all.keys(),
        queries(rows),
        owner.create(mask(rows)),
        owner.create(Arrays.stream(rows).asLongStream().toArray()),
        group,
        all.members(),
        all.groups());
  }

  long[] tokens() {
    long[] tokens = new long[forest.size()];
    Arrays.setAll(tokens, i -> forest.row(i).token());
    return tokens;
  }

  /** Position of each row in the whole sequence, prefix included. */
  private long[] positions() {
    long[] positions = new long[forest.size()];
    Arrays.setAll(positions, this::position);
    return positions;
  }

  double[] multiplicities() {
    double[] weights = new double[forest.size()];
    Arrays.setAll(weights, i -> forest.row(i).multiplicity());
    return weights;
  }

  private long[] keys() {
    long[] keys = new long[forest.images()];
    Arrays.setAll(keys, forest::sizeOf);
    return keys;
  }

  /** How many of {@code rows} belong to each image. */
  private long[] queries(int[] rows) {
    long[] queries = new long[forest.images()];
    for (int row : rows) {
      queries[forest.row(row).image()]++;
    }
    return queries;
  }

  /** How many whole groups of keys end in each image's rows; none without groups. */
  private long[] groups() {
    long[] groups = new long[group == 0 ? 0 : forest.images()];
    Arrays.setAll(groups, image -> ends(image).size());
    return groups;
  }

  /** For each of those groups its tokens: keys of its image, the prefix's first. */
  private long[] members() {
    LongStream.Builder members = LongStream.builder();
    for (int image = 0; image < groups().length; image++) {
      for (int end : ends(image)) {
        long[] keys = new long[group];
        int row = end;
        for (int i = group - 1; i >= 0; i--) {
          if (row == TokenTree.PREFIX) {
            keys[i] = (long) position(end) - group + 1 + i;
          } else {
            keys[i] = (long) prefixTokens + forest.place(row);
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
        : forest.rowsOf(image).filter(r -> (position(r) + 1) % group == 0).boxed().toList();
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
  private float[] mask(int[] rows) {
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
          mask[at + prefixTokens + forest.place(r)] = 0;
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
}
