package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.engine.TorchScript;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where a model has its weights: brings others to its device and into its type, and prunes there.
 * What it returns lasts until it is closed or the model is. Safe for use by many threads.
 */
public final class WeightPlace {
  private final NDManager owner;
  private final TorchScript script;
  private final NDArray like;

  /**
   * @param like a tensor of the model's type
   */
  WeightPlace(NDManager owner, TorchScript script, NDArray like) {
    this.owner = owner;
    this.script = script;
    this.like = like;
  }

  /**
   * A copy in the model's type, rounded to nearest even, on its device.
   *
   * @param weights fp32 in CPU memory
   */
  public NDArray placed(NDArray weights) {
    return script.callOne(owner, "placed", weights, like);
  }

  /**
   * Levels of matrices that are stacked by rows: (R, C) uint8.
   *
   * @param parts row by row, each of whole rows
   */
  public NDArray levels(List<ByteBuffer> parts, int columns) {
    try (NDManager pass = owner.newSubManager()) {
      List<NDArray> tensors =
          parts.stream()
              .map(p -> pass.create(p, new Shape(p.remaining() / columns, columns), DataType.UINT8))
              .toList();
      return script.callOne(owner, "concatenate_rows", tensors);
    }
  }

  /**
   * What positions of a grid leave of matrices that are stacked by rows.
   *
   * @param dense (R, C), the model's own
   * @param levels (R, C)
   * @param rows of each matrix
   * @param positions of each matrix's ratio; −1 leaves all of it
   * @return (R, C), +0 for the weights that go
   */
  public NDArray pruned(NDArray dense, NDArray levels, long[] rows, long[] positions) {
    return script.callOne(owner, "apply_levels", dense, levels, rows, positions);
  }
}
