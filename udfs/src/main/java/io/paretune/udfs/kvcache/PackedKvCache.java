package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Keeps quantized values as bits and unpacks a layer when it is read. Layers of 16 bits are kept as
 * they are.
 */
public final class PackedKvCache implements KvCache {
  /** Keys or values of a layer. */
  public sealed interface Stored {}

  /** Of 16 bits: (B, G, T, D). */
  public record Untouched(NDArray array) implements Stored {}

  /** Of fewer bits. */
  public record Packed(PackedTensor tensor) implements Stored {}

  private final NDManager manager;
  private final KvQuantizer quantizer;
  private final List<Stored> keys;
  private final List<Stored> values;
  private final NDArray like;
  private final long sequences;
  private final long tokens;

  /**
   * Takes over a manager.
   *
   * @param manager owns the tensors; closed with the cache
   * @param like of the type that attention computes in
   */
  public PackedKvCache(
      NDManager manager,
      KvQuantizer quantizer,
      List<Stored> keys,
      List<Stored> values,
      NDArray like) {
    if (keys.isEmpty() || keys.size() != values.size()) {
      throw new IllegalArgumentException(
          "a cache has keys and values of the same layers, had %d and %d"
              .formatted(keys.size(), values.size()));
    }
    this.manager = manager;
    this.quantizer = quantizer;
    this.keys = List.copyOf(keys);
    this.values = List.copyOf(values);
    this.like = like;
    NDArray first =
        keys.get(0) instanceof Packed p ? p.tensor().codes() : ((Untouched) keys.get(0)).array();
    this.sequences = first.getShape().get(0);
    this.tokens = first.getShape().get(2);
  }

  @Override
  public int layers() {
    return keys.size();
  }

  @Override
  public long sequences() {
    return sequences;
  }

  @Override
  public long tokens() {
    return tokens;
  }

  @Override
  public NDArray keys(NDManager owner, int layer) {
    return read(owner, keys.get(layer));
  }

  @Override
  public NDArray values(NDManager owner, int layer) {
    return read(owner, values.get(layer));
  }

  private NDArray read(NDManager owner, Stored stored) {
    return stored instanceof Packed p
        ? quantizer.unpack(owner, p.tensor(), like)
        : ((Untouched) stored).array();
  }

  @Override
  public long bytes() {
    return keys.stream().mapToLong(PackedKvCache::bytes).sum()
        + values.stream().mapToLong(PackedKvCache::bytes).sum();
  }

  private static long bytes(Stored stored) {
    if (stored instanceof Packed p) {
      return p.tensor().bytes();
    }
    NDArray array = ((Untouched) stored).array();
    return array.size() * array.getDataType().getNumOfBytes();
  }

  @Override
  public void close() {
    manager.close();
  }
}
