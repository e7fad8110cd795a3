package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.kvcache.KvQuantizer;
import io.paretune.udfs.kvcache.KvStorage;
import io.paretune.udfs.kvcache.PackedKvCache;
import io.paretune.udfs.kvcache.PackedTensor;
import io.paretune.udfs.kvcache.PlainKvCache;
import io.paretune.udfs.profile.LayerPlan;
import java.util.ArrayList;
import java.util.List;

/** Collects what the prefix kernels store of each layer. */
final class PrefixCacheBuilder {
  private final NDManager manager;
  private final KvStorage storage;
  private final List<PackedKvCache.Stored> keys = new ArrayList<>();
  private final List<PackedKvCache.Stored> values = new ArrayList<>();

  /**
   * Starts with no layer.
   *
   * @param manager owns what is added
   */
  PrefixCacheBuilder(NDManager manager, KvStorage storage) {
    this.manager = manager;
    this.storage = storage;
  }

  /** Adds a layer from a kernel's result, from index {@code at}, and returns the index after. */
  int add(LayerPlan plan, NDList result, int at) {
    int next = take(keys, plan.keyBits(), result, at);
    return take(values, plan.valueBits(), result, next);
  }

  private int take(List<PackedKvCache.Stored> to, int bits, NDList result, int at) {
    if (storage == KvStorage.PACKED && bits < 16) {
      to.add(
          new PackedKvCache.Packed(
              new PackedTensor(result.get(at), result.get(at + 1), result.get(at + 2), bits)));
      return at + 3;
    }
    to.add(new PackedKvCache.Untouched(result.get(at)));
    return at + 1;
  }

  /**
   * The cache of all layers that were added.
   *
   * @param like lives as long as the model, of the type that attention computes in
   */
  KvCache build(TorchScript script, NDArray like) {
    return switch (storage) {
      case PACKED -> new PackedKvCache(manager, new KvQuantizer(script), keys, values, like);
      case PLAIN -> new PlainKvCache(manager, arrays(keys), arrays(values));
    };
  }

  private static List<NDArray> arrays(List<PackedKvCache.Stored> stored) {
    return stored.stream().map(s -> ((PackedKvCache.Untouched) s).array()).toList();
  }
}
