package io.paretune.udfs.checkpoint;

import java.util.Locale;
import java.util.Optional;

/**
 * Element types of the safetensors format. Weights are of the floating types of 16 and 32 bits; the
 * others occur in buffers that the model does not read.
 */
public enum DType {
  F32(4),
  F16(2),
  BF16(2),
  F64(8),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U64(8),
  U32(4),
  U16(2),
  U8(1),
  BOOL(1),
  F8_E4M3(1),
  F8_E5M2(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether a weight of the model may have this type. */
  public boolean isWeight() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** The type that a safetensors header calls {@code name}. */
  static Optional<DType> ofHeader(String name) {
    for (DType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The weight type that a {@code config.json} calls {@code name}, such as {@code bfloat16}. */
  static Optional<DType> ofConfig(String name) {
    return switch (name.toLowerCase(Locale.ROOT).replace("torch.", "")) {
      case "float32" -> Optional.of(F32);
      case "float16" -> Optional.of(F16);
      case "bfloat16" -> Optional.of(BF16);
      default -> Optional.empty();
    };
  }
}
