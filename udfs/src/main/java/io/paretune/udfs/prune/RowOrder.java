package io.paretune.udfs.prune;

import java.util.Arrays;

/**
 * Sorts rows of scores in ascending order, ties by column. Keeps its working memory between rows;
 * not safe for use by many threads.
 */
final class RowOrder {
  /** Below this length the radix sort's tables cost more than comparing. */
  private static final int RADIX_FROM = 64;

  /** From here on fewer, wider digits are worth their larger tables. */
  private static final int WIDE_FROM = 2048;

  private final int columns;
  private long[] keys; // score bits above, column below
  private long[] spare;
  private final int digitBits;
  private final int[][] starts; // (digit, bucket); the digits hold the 31 bits of a score

  RowOrder(int columns) {
    this.columns = columns;
    this.digitBits = columns < WIDE_FROM ? 8 : 11;
    this.starts = new int[columns < WIDE_FROM ? 4 : 3][1 << digitBits];
    this.keys = new long[columns];
    this.spare = new long[columns >= RADIX_FROM ? columns : 0];
  }

  /**
   * Sorts one row; {@link #column} then tells who comes at which rank.
   *
   * @return the first column whose score is not a number, or −1 if the row was sorted
   */
  int sort(float[] scores) {
    for (int c = 0; c < columns; c++) {
      // Non-negative floats compare like their bits; + 0f turns a −0 into the 0 that it equals.
      int bits = Float.floatToRawIntBits(scores[c] + 0f);
      if (bits < 0 || bits > 0x7f800000) {
        return c;
      }
      keys[c] = ((long) bits << 32) | c;
    }
    if (columns < RADIX_FROM) {
      Arrays.sort(keys);
    } else {
      radixSort();
    }
    return -1;
  }

  /** The column of the rank-th smallest score, ranks from 0. */
  int column(int rank) {
    return (int) keys[rank];
  }

  /** Least significant digit first; each pass is stable, and the columns start in order. */
  private void radixSort() {
    for (int[] digit : starts) {
      Arrays.fill(digit, 0);
    }
    for (long key : keys) {
      for (int d = 0; d < starts.length; d++) {
        starts[d][digit(key, d)]++;
      }
    }
    for (int d = 0; d < starts.length; d++) {
      int[] start = starts[d];
      int sum = 0;
      for (int b = 0; b < start.length; b++) {
        int count = start[b];
        start[b] = sum;
        sum += count;
      }
      for (long key : keys) {
        spare[start[digit(key, d)]++] = key;
      }
      long[] sorted = spare;
      spare = keys;
      keys = sorted;
    }
  }

  private int digit(long key, int d) {
    return (int) (key >>> (32 + d * digitBits)) & ((1 << digitBits) - 1);
  }
}
