package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.profile.LayerPlan;

/**
 * The quantization's kernels one at a time, which layers call with what they write and read.
 * Uniform asymmetric quantization of keys and values: a group is the last dimension, that is one
 * token's values of one KV head.
 *
 * <p>{@code scale = (max − min) / (2^bits − 1)} and {@code zero = min}, both rounded to fp16 first;
 * {@code code = round((x − zero) / scale)}, half to even, clamped to [0, 2^bits − 1]; it comes back
 * as {@code code · scale + zero}. A group whose scale rounds to 0 comes back as its zero. A group
 * that holds a NaN or whose scale or zero overflows fp16 comes back as NaN throughout, never as a
 * plausible number.
 */
final class KvQuantizer {
  private final TorchScript script;

  KvQuantizer(Device device) {
    script = TorchScript.compiled(device, KvKernels.TEXTS);
  }

  /**
   * Quantizes and comes back at once.
   *
   * @param x (…, head_dim)
   * @param bits 16 gives {@code x}'s own values, untouched
   * @return as {@code x}
   */
  NDArray fakeQuantize(NDManager owner, NDArray x, int bits) {
    requireBits(bits);
    return script.callOne(owner, "kv_fake_quantize", x, bits);
  }

  /**
   * Quantizes into packed bits.
   *
   * @param x (…, head_dim), head_dim a multiple of 8
   * @param bits fewer than 16
   */
  PackedTensor pack(NDManager owner, NDArray x, int bits) {
    requireBits(bits);
    if (bits == 16) {
      throw new IllegalArgumentException("16 bits are stored as they are, not packed");
    }
    long width = x.getShape().get(x.getShape().dimension() - 1);
    if (width % 8 != 0) {
      throw new IllegalArgumentException("head_dim must be a multiple of 8, was " + width);
    }
    NDList parts = script.call(owner, "kv_pack", x, bits);
    return new PackedTensor(parts.get(0), parts.get(1), parts.get(2), bits);
  }

  /** What {@link #fakeQuantize} would have given, in the type of {@code like}. */
  NDArray unpack(NDManager owner, PackedTensor packed, NDArray like) {
    return script.callOne(
        owner, "kv_unpack", packed.codes(), packed.scale(), packed.zero(), packed.bits(), like);
  }

  private static void requireBits(int bits) {
    if (!LayerPlan.KV_BITS.contains(bits)) {
      throw new IllegalArgumentException(
          "bits must be one of %s, was %d".formatted(LayerPlan.KV_BITS, bits));
    }
  }
}
