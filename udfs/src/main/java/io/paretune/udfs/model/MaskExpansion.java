package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.paretune.udfs.checkpoint.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;

/**
 * Bitmask and kept weights to fp32 in CPU memory: several times faster than tensor operations,
 * since it goes over the bytes once. The same values as the kernel {@code expand_masked}.
 */
final class MaskExpansion {
  private static final int BLOCK = 4096; // weights at a time: their copies stay in the L1 cache
  private static final int BF16_SHIFT = 16;

  private MaskExpansion() {}

  /** Whether it knows these types and reaches this memory. */
  static boolean canWrite(NDArray out, DType stored) {
    return out.getDevice().equals(ai.djl.Device.cpu())
        && out.getDataType() == DataType.FLOAT32
        && (stored == DType.BF16 || stored == DType.F32);
  }

  /**
   * Writes weights.
   *
   * @param mask one bit a weight, uint8
   * @param values bytes of the weights that are there, uint8
   * @param first where in {@code out} the weights begin
   * @param count of weights
   */
  static void write(
      NDArray mask, NDArray values, DType stored, NDArray out, long first, int count) {
    ByteBuffer bits = bytes(mask);
    IntBuffer target = bytes(out).asIntBuffer();
    IntSource source =
        stored == DType.F32
            ? new F32(bytes(values).asIntBuffer())
            : new Bf16(bytes(values).asShortBuffer());
    int[] block = new int[BLOCK];
    byte[] flags = new byte[BLOCK / 8];
    int[] kept = new int[BLOCK + 1];
    int from = 0;
    for (int at = 0; at < count; at += BLOCK) {
      int n = Math.min(BLOCK, count - at);
      bits.get(at / 8, flags, 0, (n + 7) / 8);
      source.read(from, kept);
      from += spread(flags, kept, block, n);
      target.put((int) first + at, block, 0, n);
    }
  }

  /** Without branches: at half pruned, every second one would be mispredicted. */
  private static int spread(byte[] flags, int[] kept, int[] block, int n) {
    int next = 0;
    for (int i = 0; i < n; i++) {
      int there = (flags[i >> 3] >> (i & 7)) & 1;
      block[i] = kept[next] & -there;
      next += there;
    }
    return next;
  }

  private static ByteBuffer bytes(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder());
  }

  /** fp32 bit patterns of kept weights. */
  private interface IntSource {
    /** Reads from the {@code from}-th on as many as there are and fit. */
    void read(int from, int[] into);
  }

  private record F32(IntBuffer values) implements IntSource {
    @Override
    public void read(int from, int[] into) {
      values.get(from, into, 0, Math.min(into.length, values.limit() - from));
    }
  }

  private static final class Bf16 implements IntSource {
    private final ShortBuffer values;
    private final short[] halves = new short[BLOCK + 1];

    Bf16(ShortBuffer values) {
      this.values = values;
    }

    @Override
    public void read(int from, int[] into) {
      int n = Math.min(into.length, values.limit() - from);
      values.get(from, halves, 0, n);
      for (int i = 0; i < n; i++) {
        into[i] = halves[i] << BF16_SHIFT;
      }
    }
  }
}
