package io.paretune.udfs.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** fp32 weights in the type of a checkpoint, each rounded to the nearest, ties to even. */
public final class WeightRounding {
  private WeightRounding() {}

  /**
   * The weights' bytes, little-endian.
   *
   * @param dtype F32, F16 or BF16
   */
  public static ByteBuffer bytes(FloatBuffer weights, DType dtype) {
    int count = weights.remaining();
    ByteBuffer out =
        ByteBuffer.allocate(Math.multiplyExact(count, dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      float w = weights.get(weights.position() + i);
      switch (dtype) {
        case F32 -> out.putFloat(w);
        case BF16 -> out.putShort(bf16(w));
        case F16 -> out.putShort(fp16(w));
        default -> throw new IllegalArgumentException("no weight has the type " + dtype);
      }
    }
    return out.flip();
  }

  static short bf16(float w) {
    int bits = Float.floatToRawIntBits(w);
    if (Float.isNaN(w)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  static short fp16(float w) {
    int sign = (Float.floatToRawIntBits(w) >>> 16) & 0x8000;
    float magnitude = Math.abs(w);
    if (Float.isNaN(w)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 65520f) { // half way from the largest to the next that there is not
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x1p-14f) {
      return (short) (sign | (int) Math.rint(magnitude * 0x1p24f)); // subnormal: steps of 2^-24
    }
    int bits = Float.floatToRawIntBits(magnitude);
    int rounded = bits + 0xfff + ((bits >>> 13) & 1);
    return (short) (sign | ((rounded - 0x38000000) >>> 13));
  }
}
