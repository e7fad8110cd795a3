package io.paretune.udfs.prune;

/**
 * Zeroes the smallest scores' weights of rows, ties by column, for one ratio: it selects where
 * {@link RowOrder} sorts, and finds the same weights. Keeps its working memory between rows; not
 * safe for use by many threads.
 */
final class RowSelection {
  private final int[] keys;
  private final int[] work;

  RowSelection(int columns) {
    this.keys = new int[columns];
    this.work = new int[columns];
  }

  /**
   * Sets the weights of the {@code count} smallest scores to +0.
   *
   * @param count from 1 to the number of columns
   * @return the first column whose score is not a number, or −1 if the row was pruned
   */
  int prune(float[] scores, int[] weightBits, int count) {
    for (int c = 0; c < keys.length; c++) {
      // Non-negative floats compare like their bits; + 0f turns a −0 into the 0 that it equals.
      int bits = Float.floatToRawIntBits(scores[c] + 0f);
      if (bits < 0 || bits > 0x7f800000) {
        return c;
      }
      keys[c] = bits;
    }
    int threshold = smallest(count - 1);
    int below = 0;
    for (int key : keys) {
      below += (key - threshold) >>> 31; // 1 where key < threshold: both are non-negative
    }
    int ties = count - below;
    for (int c = 0; c < keys.length; c++) {
      weightBits[c] &= ~((keys[c] - threshold) >> 31); // 0 below, without a branch
    }
    for (int c = 0; ties > 0; c++) {
      if (keys[c] == threshold) {
        weightBits[c] = 0;
        ties--;
      }
    }
    return -1;
  }

  /** The key of that rank from 0 (Hoare's selection, the pivot the median of three). */
  private int smallest(int rank) {
    System.arraycopy(keys, 0, work, 0, keys.length);
    int low = 0;
    int high = work.length - 1;
    while (low < high) {
      int pivot = median(work[low], work[(low + high) >>> 1], work[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (work[i] < pivot) {
          i++;
        }
        while (work[j] > pivot) {
          j--;
        }
        if (i <= j) {
          int swapped = work[i];
          work[i++] = work[j];
          work[j--] = swapped;
        }
      }
      if (rank <= j) {
        high = j;
      } else if (rank >= i) {
        low = i;
      } else {
        return work[rank];
      }
    }
    return work[rank];
  }

  private static int median(int a, int b, int c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
