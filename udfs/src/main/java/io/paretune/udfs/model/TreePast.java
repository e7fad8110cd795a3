package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** Keys and values of a forest's rows, (rows, G, D) by layer, for generation to go on from. */
final class TreePast {
  private final NDManager manager;
  private final NDArray[] keys;
  private final NDArray[] values;
  private final NDArray empty;

  private TreePast(NDManager manager, int layers) {
    this.manager = manager;
    this.empty = manager.create(new Shape(0));
    this.keys = new NDArray[layers];
    this.values = new NDArray[layers];
    Arrays.fill(keys, empty);
    Arrays.fill(values, empty);
  }

  /** Keeps what it is given. */
  static TreePast keeping(NDManager manager, int layers) {
    return new TreePast(manager, layers);
  }

  /** For a single pass: stays empty. */
  static TreePast forgetting(NDManager manager) {
    return new TreePast(manager, 0);
  }

  NDArray keys(int layer) {
    return keys.length == 0 ? empty : keys[layer];
  }

  NDArray values(int layer) {
    return values.length == 0 ? empty : values[layer];
  }

  /** Takes over the keys and values of all rows so far. */
  void replace(int layer, NDArray newKeys, NDArray newValues) {
    if (keys.length > 0) {
      replace(keys, layer, newKeys);
      replace(values, layer, newValues);
    }
  }

  private void replace(NDArray[] arrays, int layer, NDArray by) {
    if (arrays[layer] != empty) {
      arrays[layer].close();
    }
    by.attach(manager);
    arrays[layer] = by;
  }
}
