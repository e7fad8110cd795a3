package io.paretune.udfs.model;

import java.util.ArrayList;
import java.util.List;

/**
 * The trees of several images as rows, image after image. Row numbers are those of the cached keys
 * and values.
 */
final class TokenForest {
  /** A row; {@code parent} is a row, or −1 for the prefix. */
  record Row(int image, int parent, int depth, long token, int multiplicity) {}

  private final List<Row> rows = new ArrayList<>();
  private final List<List<Integer>> rowsOfImage = new ArrayList<>();
  private final List<Integer> reads = new ArrayList<>();
  private final int[] firstRows;

  TokenForest(List<TokenTree> trees) {
    firstRows = new int[trees.size()];
    for (int image = 0; image < trees.size(); image++) {
      TokenTree tree = trees.get(image);
      int first = rows.size();
      firstRows[image] = first;
      rowsOfImage.add(new ArrayList<>());
      for (int node = 0; node < tree.size(); node++) {
        int parent = tree.parent(node);
        append(
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
    }
  }

  private int append(Row row) {
    rowsOfImage.get(row.image()).add(rows.size());
    rows.add(row);
    return rows.size() - 1;
  }

  int size() {
    return rows.size();
  }

  int images() {
    return rowsOfImage.size();
  }

  Row row(int index) {
    return rows.get(index);
  }

  /** All rows of an image, in order of arrival. */
  List<Integer> rowsOf(int image) {
    return rowsOfImage.get(image);
  }

  /** The row of a tree's node. */
  int rowOf(int image, int node) {
    return firstRows[image] + node;
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
