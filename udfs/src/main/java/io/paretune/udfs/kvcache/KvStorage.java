package io.paretune.udfs.kvcache;

/** How pages keep quantized values. Attention reads the same values from both, bit for bit. */
public enum KvStorage {
  /** As numbers of the type that the model computes in: fastest to read, no memory saved. */
  PLAIN,
  /** As packed bits with fp16 scales: takes the memory that a profile promises. */
  PACKED
}
