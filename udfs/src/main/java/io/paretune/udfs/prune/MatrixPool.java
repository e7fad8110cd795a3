package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * fp32 matrices that are used again: the system hands out fresh memory page by page, zeroed, which
 * costs more than writing the weights. The tensors own their memory, outside the JVM's heap and its
 * limit on direct buffers. Safe for use by many threads.
 */
public final class MatrixPool implements AutoCloseable {
  private final NDManager owner;
  private final long keptBytes;
  private final Map<Shape, Deque<NDArray>> idle = new HashMap<>();
  private long idleBytes;
  private boolean closed;

  /**
   * @param parent on whose device the matrices are; closing it closes them
   * @param keptBytes how much may wait for its next use after {@link #trim}, which new memory
   *     begins with
   */
  public MatrixPool(NDManager parent, long keptBytes) {
    if (keptBytes < 0) {
      throw new IllegalArgumentException("bytes are not negative, was " + keptBytes);
    }
    this.owner = parent.newSubManager();
    this.keptBytes = keptBytes;
  }

  /** A matrix (rows, columns) of arbitrary contents. */
  synchronized NDArray take(int rows, int columns) {
    if (closed) {
      throw new IllegalStateException("the pool is closed");
    }
    Shape shape = new Shape(rows, columns);
    Deque<NDArray> waiting = idle.get(shape);
    if (waiting != null && !waiting.isEmpty()) {
      idleBytes -= bytes(shape);
      return waiting.pop();
    }
    trim(); // what waits has other shapes: new memory must not come on top of it
    return owner.create(shape, DataType.FLOAT32);
  }

  /** Takes back a matrix that nothing reads any more. */
  synchronized void giveBack(NDArray matrix) {
    if (closed) {
      matrix.close();
      return;
    }
    idleBytes += bytes(matrix.getShape());
    idle.computeIfAbsent(matrix.getShape(), s -> new ArrayDeque<>()).push(matrix);
  }

  /** Frees what waits beyond what is kept: after what was put out has been taken for others. */
  public synchronized void trim() {
    for (Deque<NDArray> waiting : idle.values()) {
      while (idleBytes > keptBytes && !waiting.isEmpty()) {
        NDArray matrix = waiting.pop();
        idleBytes -= bytes(matrix.getShape());
        matrix.close();
      }
    }
  }

  /** Bytes that wait for their next use. */
  public synchronized long idleBytes() {
    return idleBytes;
  }

  /** Frees every matrix, those in use too. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.clear();
    idleBytes = 0;
    owner.close();
  }

  private static long bytes(Shape shape) {
    return shape.size() * Float.BYTES;
  }
}
