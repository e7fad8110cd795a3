package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;

/**
 * Quantized values as they are stored.
 *
 * @param codes packed bits per group as kv_quantizer.py lays them out, uint8: (…, head_dim · bits /
 *     8)
 * @param scale fp16: (…, 1)
 * @param zero fp16: (…, 1)
 * @param bits of a code
 */
record PackedTensor(NDArray codes, NDArray scale, NDArray zero, int bits) {
  /** Bytes that the values take, scale and zero included. */
  long bytes() {
    return codes.size() + 2 * (scale.size() + zero.size());
  }
}
