package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * The keys and values of token sequences of equal length, layer by layer, as attention reads them:
 * quantized when they were written. B sequences, G KV heads, T tokens, D head_dim.
 */
public sealed interface KvCache extends AutoCloseable permits PlainKvCache, PackedKvCache {
  int layers();

  /** B. */
  long sequences();

  /** T. */
  long tokens();

  /** Keys after rotary positions, (B, G, T, D); valid while both the cache and the owner are. */
  NDArray keys(NDManager owner, int layer);

  /** Values, (B, G, T, D); valid while both the cache and the owner are. */
  NDArray values(NDManager owner, int layer);

  /** Bytes of memory that the cache takes. */
  long bytes();

  @Override
  void close();
}
