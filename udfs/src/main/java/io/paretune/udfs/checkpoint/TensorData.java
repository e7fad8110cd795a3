package io.paretune.udfs.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor as it lies on disk.
 *
 * @param name the canonical name ({@link TensorNames})
 * @param shape sizes, outermost first; row-major
 * @param data the elements: read-only, little-endian, position 0, as many bytes as shape and type
 *     say. It maps the file: an operation that writes in place over it kills the process.
 */
public record TensorData(String name, DType dtype, List<Long> shape, ByteBuffer data) {
  public TensorData {
    shape = List.copyOf(shape);
    if (!data.isReadOnly() || data.order() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalArgumentException(name + ": data must be read-only and little-endian");
    }
    if (data.remaining() != shape.stream().reduce(1L, Math::multiplyExact) * dtype.bytes()) {
      throw new IllegalArgumentException(name + ": data does not have the bytes of " + shape);
    }
  }

  /** The sizes as DJL and PyTorch take them. */
  public long[] dimensions() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
