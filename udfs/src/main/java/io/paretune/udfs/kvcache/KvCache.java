package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * The keys and values of token sequences of equal length, layer by layer, as attention over what
 * follows them reads them: quantized when they were written. B sequences, G KV heads, T tokens, D
 * head_dim. Keys that are grouped by channel are quantized as far as groups are whole and raw after
 * that.
 */
public sealed interface KvCache extends AutoCloseable permits PlainKvCache, PagedKvCache {
  int layers();

  /** B. */
  long sequences();

  /** T. */
  long tokens();

  /** Keys after rotary positions, (B, G, T, D); valid while both the cache and the owner are. */
  NDArray keys(NDManager owner, int layer);

  /** Values, (B, G, T, D); valid while both the cache and the owner are. */
  NDArray values(NDManager owner, int layer);

  @Override
  void close();
}
