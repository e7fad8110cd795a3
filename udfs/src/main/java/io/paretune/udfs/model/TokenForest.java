package io.paretune.udfs.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The trees of several images as rows, image after image. */
final class TokenForest {
  /** A row; {@code parent} is a row, or −1 for the prefix. */
  record Row(int image, int parent, int depth, long token, int multiplicity) {}

  private final List<Row> rows = new ArrayList<>();
  private final List<Integer> reads = new ArrayList<>();
  private final int[] firstRows; // by image, and where the last one's end

  TokenForest(List<TokenTree> trees) {
    firstRows = new int[trees.size() + 1];
    for (int image = 0; image < trees.size(); image++) {
      TokenTree tree = trees.get(image);
      int first = rows.size();
      for (int node = 0; node < tree.size(); node++) {
        int parent = tree.parent(node);
        rows.add(
            new Row(
                image,
                parent == TokenTree.PREFIX ? parent : first + parent,
                tree.depth(node),
                tree.token(node),
                tree.multiplicity(node)));
      }
      for (int node : tree.readNodes()) {
        reads.add(first + node);
      }
      firstRows[image + 1] = rows.size();
    }
  }

  int size() {
    return rows.size();
  }

  int images() {
    return firstRows.length - 1;
  }

  Row row(int index) {
    return rows.get(index);
  }

  /** The rows of an image, ascending. */
  IntStream rowsOf(int image) {
    return IntStream.range(firstRows[image], firstRows[image + 1]);
  }

  /** How many rows an image has. */
  int sizeOf(int image) {
    return firstRows[image + 1] - firstRows[image];
  }

  /** The row of a tree's node. */
  int rowOf(int image, int node) {
    return firstRows[image] + node;
  }

  /** A row's place among its image's. */
  int place(int row) {
    return row - firstRows[rows.get(row).image()];
  }

  /** The rows from the first after the prefix to this one. */
  int[] pathTo(int row) {
    int[] path = new int[rows.get(row).depth() + 1];
    for (int i = path.length - 1, r = row; i >= 0; i--) {
      path[i] = r;
      r = rows.get(r).parent();
    }
    return path;
  }

  /** The rows that the trees want read, ascending. */
  int[] reads() {
    return reads.stream().mapToInt(Integer::intValue).toArray();
  }
}
