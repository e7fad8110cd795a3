package io.paretune.udfs.evaluate;

import java.util.Comparator;

/**
 * The levels of one layer.
 *
 * @param index id of the decoder's
 * @param layer which
 */
record LevelsKey(String index, int layer) implements Comparable<LevelsKey> {
  @Override
  public int compareTo(LevelsKey other) {
    return Comparator.comparing(LevelsKey::index)
        .thenComparingInt(LevelsKey::layer)
        .compare(this, other);
  }
}
