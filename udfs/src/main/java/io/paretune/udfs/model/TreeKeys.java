package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keys and values of a forest's rows, (rows, G, D) by layer, where somebody wants them: generation
 * goes on from them.
 */
final class TreeKeys {
  private final Optional<NDManager> owner;
  private final List<NDArray> keys = new ArrayList<>();
  private final List<NDArray> values = new ArrayList<>();

  private TreeKeys(Optional<NDManager> owner) {
    this.owner = owner;
  }

  /** Keeps every layer's, which then are the owner's. */
  static TreeKeys keptBy(NDManager owner) {
    return new TreeKeys(Optional.of(owner));
  }

  static TreeKeys unwanted() {
    return new TreeKeys(Optional.empty());
  }

  /** Takes those of the next layer. */
  void add(NDArray layerKeys, NDArray layerValues) {
    owner.ifPresent(
        manager -> {
          layerKeys.attach(manager);
          layerValues.attach(manager);
          keys.add(layerKeys);
          values.add(layerValues);
        });
  }

  /** By layer. */
  List<NDArray> keys() {
    return keys;
  }

  /** By layer. */
  List<NDArray> values() {
    return values;
  }
}
