package io.paretune.udfs.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The type that a model computes in. */
public enum ComputeType {
  FP32("fp32"),
  /**
   * Only where the device has instructions for it: others are several times slower than in fp32.
   */
  BF16("bf16");

  private static final Path CPU = Path.of("/proc/cpuinfo");

  private final String key;

  ComputeType(String key) {
    this.key = key;
  }

  /** The name on the command line and in tables. */
  public String key() {
    return key;
  }

  /** Whether the device is fast in it. */
  public boolean isFastOn(Device device) {
    return this == FP32 || !device.isCpu() || cpuHasBf16();
  }

  private static boolean cpuHasBf16() {
    if (!Files.isReadable(CPU)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(CPU)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .filter(flags -> flags.contains("avx512_bf16") || flags.contains("amx_bf16"))
          .isPresent();
    } catch (IOException e) {
      return false;
    }
  }
}
