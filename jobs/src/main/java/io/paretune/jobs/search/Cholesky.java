package io.paretune.jobs.search;

/**
 * The lower triangular factor of a positive definite matrix that grows row by row. A row appended
 * now is bit for bit the row it would be had the matrix been factored at once.
 */
final class Cholesky {
  private static final double LEAST_PIVOT = 1e-10;

  private double[][] rows; // rows[i] has i + 1 numbers
  private int size;

  Cholesky(int capacity) {
    rows = new double[Math.max(4, capacity)][];
  }

  int size() {
    return size;
  }

  /**
   * Appends a row of the matrix.
   *
   * @param row covariances with the rows before and, last, the variance: size() + 1 numbers
   */
  void append(double[] row) {
    if (row.length != size + 1) {
      throw new IllegalArgumentException("need " + (size + 1) + " numbers, were " + row.length);
    }
    double[] factor = row.clone();
    solveInPlace(factor, size);
    double pivot = row[size] - Vectors.dot(factor, factor, size);
    factor[size] = Math.sqrt(Math.max(pivot, LEAST_PIVOT));
    if (size == rows.length) {
      rows = java.util.Arrays.copyOf(rows, 2 * size);
    }
    rows[size++] = factor;
  }

  /** Solves L z = b for the first {@code count} rows. */
  private void solveInPlace(double[] b, int count) {
    for (int i = 0; i < count; i++) {
      double[] row = rows[i];
      b[i] = (b[i] - Vectors.dot(row, b, i)) / row[i];
    }
  }

  /** z with L z = b. */
  double[] forward(double[] b) {
    double[] z = b.clone();
    solveInPlace(z, size);
    return z;
  }

  /** x with L Lᵀ x = b. */
  double[] solve(double[] b) {
    return backward(forward(b));
  }

  /** x with Lᵀ x = b. */
  double[] backward(double[] b) {
    double[] x = b.clone();
    for (int i = size - 1; i >= 0; i--) {
      double[] row = rows[i];
      x[i] /= row[i];
      double xi = x[i];
      for (int j = 0; j < i; j++) {
        x[j] -= row[j] * xi;
      }
    }
    return x;
  }

  /** Half the logarithm of the determinant. */
  double halfLogDeterminant() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.log(rows[i][i]);
    }
    return sum;
  }
}
