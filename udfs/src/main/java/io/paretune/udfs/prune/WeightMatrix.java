package io.paretune.udfs.prune;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Objects;

/**
 * A view of fp32 weights in row-major order, (rows, columns): output channels by input channels. It
 * copies nothing and owns nothing: what it looks at must outlive it.
 */
public final class WeightMatrix {
  private final ByteBuffer bytes;
  private final int rows;
  private final int columns;

  private WeightMatrix(ByteBuffer bytes, int rows, int columns) {
    this.bytes = bytes;
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Looks at the bytes between the buffer's position and limit, in the processor's byte order.
   *
   * @throws IllegalArgumentException unless they are exactly rows × columns fp32 numbers
   */
  public static WeightMatrix of(ByteBuffer bytes, int rows, int columns) {
    if (rows < 1 || columns < 1 || bytes.remaining() != 4L * rows * columns) {
      throw new IllegalArgumentException(
          "a matrix of %d × %d fp32 weights does not fit %d bytes"
              .formatted(rows, columns, bytes.remaining()));
    }
    return new WeightMatrix(bytes.slice().order(ByteOrder.nativeOrder()), rows, columns);
  }

  /**
   * Looks at a tensor's own memory.
   *
   * @throws IllegalArgumentException unless it is a contiguous fp32 matrix on the CPU
   */
  public static WeightMatrix of(NDArray tensor) {
    Shape shape = tensor.getShape();
    if (shape.dimension() != 2
        || tensor.getDataType() != DataType.FLOAT32
        || !tensor.getDevice().equals(Device.cpu())) {
      throw new IllegalArgumentException(
          "an fp32 matrix on the CPU is needed, was %s %s on %s"
              .formatted(tensor.getDataType(), shape, tensor.getDevice()));
    }
    int rows = Math.toIntExact(shape.get(0));
    int columns = Math.toIntExact(shape.get(1));
    return of(tensor.toByteBuffer(true), rows, columns);
  }

  /** How many weights there are. */
  public long size() {
    return (long) rows * columns;
  }

  /** A copy of the weights. */
  public static WeightMatrix copyOf(float[] weights, int rows, int columns) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(weights.length, Float.BYTES));
    bytes.order(ByteOrder.nativeOrder()).asFloatBuffer().put(weights);
    return of(bytes, rows, columns);
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Some consecutive rows, such as those of k in a fused q|k|v. */
  public WeightMatrix rows(int from, int count) {
    Objects.checkFromIndexSize(from, count, rows);
    int rowBytes = columns * Float.BYTES;
    return of(bytes.slice(from * rowBytes, count * rowBytes), count, columns);
  }

  /**
   * Writes the same weights, bit for bit.
   *
   * @throws IllegalArgumentException if the other has another shape
   */
  void copyTo(WeightMatrix other) {
    if (other.rows != rows || other.columns != columns) {
      throw new IllegalArgumentException(this + " does not fit " + other);
    }
    other.bytes.put(0, bytes, 0, bytes.limit());
  }

  /** The same memory as numbers. */
  public FloatBuffer floats() {
    return bytes.asFloatBuffer();
  }

  /** The same memory as bit patterns. */
  IntBuffer bits() {
    return bytes.asIntBuffer();
  }

  /** The weights, copied, row by row. */
  public float[] toArray() {
    float[] all = new float[rows * columns];
    floats().get(all);
    return all;
  }

  @Override
  public String toString() {
    return "WeightMatrix[" + rows + " × " + columns + "]";
  }
}
