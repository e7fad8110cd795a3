package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** Keeps the values that attention reads, in the model's own type. */
public final class PlainKvCache implements KvCache {
  private final NDManager manager;
  private final List<NDArray> keys;
  private final List<NDArray> values;

  /**
   * @param manager owns the tensors; closed with the cache
   * @param keys by layer: (B, G, T, D)
   * @param values by layer: (B, G, T, D)
   */
  public PlainKvCache(NDManager manager, List<NDArray> keys, List<NDArray> values) {
    if (keys.isEmpty() || keys.size() != values.size()) {
      throw new IllegalArgumentException(
          "a cache has keys and values of the same layers, had %d and %d"
              .formatted(keys.size(), values.size()));
    }
    this.manager = manager;
    this.keys = List.copyOf(keys);
    this.values = List.copyOf(values);
  }

  @Override
  public int layers() {
    return keys.size();
  }

  @Override
  public long sequences() {
    return keys.get(0).getShape().get(0);
  }

  @Override
  public long tokens() {
    return keys.get(0).getShape().get(2);
  }

  @Override
  public NDArray keys(NDManager owner, int layer) {
    return keys.get(layer);
  }

  @Override
  public NDArray values(NDManager owner, int layer) {
    return values.get(layer);
  }

  @Override
  public void close() {
    manager.close();
  }
}
