package io.paretune.udfs.evaluate;

import java.io.Serializable;

/**
 * What had to be pruned so that a candidate could run where the one before it was another.
 *
 * @param layers how many were not there already
 * @param bytes written for them
 */
public record LoadedLayers(int layers, long bytes) implements Serializable {
  public static final LoadedLayers NONE = new LoadedLayers(0, 0);

  public LoadedLayers {
    if (layers < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "layers and bytes are not negative, were %d and %d".formatted(layers, bytes));
    }
  }
}
