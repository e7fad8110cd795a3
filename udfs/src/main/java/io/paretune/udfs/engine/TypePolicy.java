package io.paretune.udfs.engine;

import java.util.Locale;

/** Which type a model computes in. */
public enum TypePolicy {
  /** fp32 on a CPU, bf16 on a GPU. */
  AUTO,
  FP32,
  BF16;

  /** The name in configuration. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type on a device. */
  public ComputeType on(Device device) {
    return switch (this) {
      case AUTO -> device.isCpu() ? ComputeType.FP32 : ComputeType.BF16;
      case FP32 -> ComputeType.FP32;
      case BF16 -> ComputeType.BF16;
    };
  }
}
