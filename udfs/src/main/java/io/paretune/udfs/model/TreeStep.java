package io.paretune.udfs.model;

import java.util.Arrays;

/**
 * What the kernels are told about one pass over rows of a forest: the rows from {@code from} on are
 * new, those before are cached. New rows must be sorted by image.
 */
final class TreeStep {
  private final TokenForest forest;
  private final int from;
  private final int prefixTokens;

  TreeStep(TokenForest forest, int from, int prefixTokens) {
    this.forest = forest;
    this.from = from;
    this.prefixTokens = prefixTokens;
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

  /**
   * What is added to attention scores: 0 for the prefix, a row itself and its ancestors, −∞ for its
   * image's other rows. For each of {@code rows} (sorted by image), prefix and keys of its image.
   */
  float[] mask(int[] rows) {
    long[] keys = keys();
    long size = 0;
    for (int row : rows) {
      size += prefixTokens + keys[forest.row(row).image()];
    }
    float[] mask = new float[Math.toIntExact(size)];
    int[] place = places();
    int at = 0;
    for (int row : rows) {
      at += prefixTokens;
      int next = at + (int) keys[forest.row(row).image()];
      Arrays.fill(mask, at, next, Float.NEGATIVE_INFINITY);
      for (int r = row; r != TokenTree.PREFIX; r = forest.row(r).parent()) {
        mask[at + place[r]] = 0;
      }
      at = next;
    }
    return mask;
  }

  /** Each row's place among its image's keys. */
  private int[] places() {
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
