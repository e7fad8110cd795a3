package io.paretune.udfs.kvcache;

/** How a cache keeps quantized values. Attention reads the same values from both. */
public enum KvStorage {
  /** As numbers of the model's own type: fastest to read, no memory saved. */
  PLAIN,
  /** As a stream of bits with fp16 scales: takes the memory that a profile promises. */
  PACKED
}
