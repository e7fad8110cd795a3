package io.paretune.jobs.search;

import java.util.Arrays;

/**
 * Rows of equal length, kept column by column: sums over a row are then independent sums side by
 * side for all rows, which the processor does several at a time, in the same order for each.
 */
final class Columns {
  private static final int MOST_AT_FIRST = 128;

  private final double[][] columns;
  private int rows;

  Columns(int width, int capacity) {
    columns = new double[width][Math.max(4, Math.min(MOST_AT_FIRST, capacity))];
  }

  void append(double[] row) {
    for (int c = 0; c < columns.length; c++) {
      if (rows == columns[c].length) {
        columns[c] = Arrays.copyOf(columns[c], 2 * rows);
      }
      columns[c][rows] = row[c];
    }
    rows++;
  }

  /** Adds each row's scalar product with {@code other} to {@code into}. */
  void addProducts(double[] other, double[] into) {
    for (int c = 0; c < columns.length; c++) {
      if (other[c] != 0) {
        addScaled(into, other[c], columns[c], rows);
      }
    }
  }

  private static void addScaled(double[] into, double factor, double[] column, int rows) {
    for (int k = 0; k < rows; k++) {
      into[k] += factor * column[k];
    }
  }

  /** Each row's squared Euclidean distance from {@code other}. */
  double[] squaredDistances(double[] other) {
    double[] sums = new double[rows];
    for (int c = 0; c < columns.length; c++) {
      addSquares(sums, other[c], columns[c], rows);
    }
    return sums;
  }

  private static void addSquares(double[] into, double from, double[] column, int rows) {
    for (int k = 0; k < rows; k++) {
      double gap = from - column[k];
      into[k] += gap * gap;
    }
  }

  /** Σ factorₖ · rowₖ. */
  double[] combined(double[] factors) {
    double[] sums = new double[columns.length];
    for (int c = 0; c < sums.length; c++) {
      sums[c] = Vectors.dot(factors, columns[c], rows);
    }
    return sums;
  }
}
