package io.paretune.udfs.engine;

import io.paretune.udfs.checkpoint.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** The type that a model computes in. */
public enum ComputeType {
  FP32("fp32", DType.F32),
  /**
   * Only where the device has instructions for it: others are several times slower than in fp32.
   */
  BF16("bf16", DType.BF16);

  private static final Path CPU = Path.of("/proc/cpuinfo");

  /** Between a checkpoint's hash and the type it is computed in. */
  private static final String IN = "@";

  private final String key;
  private final DType dtype;

  ComputeType(String key, DType dtype) {
    this.key = key;
    this.dtype = dtype;
  }

  /** The name on the command line and in tables. */
  public String key() {
    return key;
  }

  /** Of hidden states and of weights that are kept in it. */
  public DType dtype() {
    return dtype;
  }

  /**
   * What names a model in tables: scores, features and statistics of one type are not those of
   * another, so that all but fp32 is part of the name.
   *
   * @param checkpointId the checkpoint's content hash
   */
  public String modelId(String checkpointId) {
    return this == FP32 ? checkpointId : checkpointId + IN + key;
  }

  /** The checkpoint's content hash in a name of {@link #modelId}. */
  public static String checkpointId(String modelId) {
    int at = modelId.indexOf(IN);
    return at < 0 ? modelId : modelId.substring(0, at);
  }

  /** The type in a name of {@link #modelId}. */
  public static ComputeType ofModelId(String modelId) {
    return Arrays.stream(values())
        .filter(type -> type.modelId(checkpointId(modelId)).equals(modelId))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("\"" + modelId + "\" names no type that is known"));
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
