package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.checkpoint.TensorData;
import io.paretune.udfs.engine.TorchScript;
import java.util.Arrays;
import java.util.List;

/** Brings tensors of a checkpoint into native memory, in one type or in those of the file. */
final class WeightReader {
  private static final int AS_STORED = -1;

  private final Checkpoint checkpoint;
  private final TorchScript script;
  private final NDManager owner;
  private final int computed;

  private WeightReader(Checkpoint checkpoint, TorchScript script, NDManager owner, int computed) {
    this.checkpoint = checkpoint;
    this.script = script;
    this.owner = owner;
    this.computed = computed;
  }

  /**
   * @param owner of what is read
   * @param dtype of what is read
   */
  WeightReader(Checkpoint checkpoint, TorchScript script, NDManager owner, DType dtype) {
    this(checkpoint, script, owner, torchType(dtype));
  }

  /** Leaves every tensor in the type that it is stored in. */
  static WeightReader asStored(Checkpoint checkpoint, TorchScript script, NDManager owner) {
    return new WeightReader(checkpoint, script, owner, AS_STORED);
  }

  NDArray read(String name) {
    return read(owner, checkpoint.tensor(name), checkpoint.tensor(name).dimensions());
  }

  /** Reads a tensor in a type of choice. */
  NDArray readAs(DType dtype, String name) {
    return new WeightReader(checkpoint, script, owner, dtype).read(name);
  }

  /** Reads a tensor in another shape of as many elements. */
  NDArray read(String name, long... shape) {
    return read(owner, checkpoint.tensor(name), shape);
  }

  /** Reads several tensors as one, their rows in this order. */
  NDArray readRows(String... names) {
    try (NDManager parts = owner.newSubManager()) {
      List<NDArray> arrays =
          Arrays.stream(names)
              .map(checkpoint::tensor)
              .map(data -> read(parts, data, data.dimensions()))
              .toList();
      return script.callOne(owner, "concatenate_rows", arrays);
    }
  }

  private NDArray read(NDManager to, TensorData data, long[] shape) {
    // DJL knows no bf16, so the file's bytes go over as such. The kernel copies, which matters: the
    // bytes are a read-only mapping.
    try (NDManager mapped = to.newSubManager()) {
      NDArray bytes =
          mapped.create(data.data(), new Shape(data.data().remaining()), DataType.UINT8);
      int stored = torchType(data.dtype());
      int type = computed == AS_STORED ? stored : computed;
      return script.callOne(to, "from_bytes", bytes, stored, type, shape);
    }
  }

  /** The number that kernels know a type by. */
  static int torchType(DType dtype) {
    return switch (dtype) {
      case F16 -> 5;
      case F32 -> 6;
      case BF16 -> 15;
      default -> throw new IllegalArgumentException("no weight has the type " + dtype);
    };
  }
}
