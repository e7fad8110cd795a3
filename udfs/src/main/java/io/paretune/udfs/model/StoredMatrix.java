package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.engine.TorchScript;
import java.util.ArrayList;
import java.util.List;

/**
 * Projections that read the same input, stacked by rows, each as a compressed model keeps it:
 * dense, or a bitmask and the weights that are not zero, whichever is smaller (README, "memory").
 */
final class StoredMatrix {
  /** Rows of one projection, or of several dense ones. */
  private sealed interface Part {
    int rows();
  }

  private record Dense(int rows, NDArray values) implements Part {}

  private record Masked(int rows, NDArray mask, NDArray values) implements Part {}

  private final TorchScript script;
  private final DType stored;
  private final int rows;
  private final int columns;
  private final List<Part> parts;

  private StoredMatrix(TorchScript script, DType stored, int rows, int columns, List<Part> parts) {
    this.script = script;
    this.stored = stored;
    this.rows = rows;
    this.columns = columns;
    this.parts = List.copyOf(parts);
  }

  /**
   * Stores a matrix.
   *
   * @param owner of what is kept
   * @param matrix (R, C), of values that the stored type holds exactly
   * @param rowsOf each projection's rows, in their order
   */
  static StoredMatrix of(
      NDManager owner, TorchScript script, DType stored, NDArray matrix, int... rowsOf) {
    int columns = Math.toIntExact(matrix.getShape().get(1));
    List<Part> parts = new ArrayList<>();
    int first = 0;
    int type = WeightReader.torchType(stored);
    for (int count : rowsOf) {
      try (NDManager pass = owner.newSubManager()) {
        NDArray part = script.callOne(pass, "rows_of", matrix, first, count);
        long weights = (long) count * columns;
        long kept = script.callOne(pass, "kept_weights", part).toLongArray()[0];
        if ((weights + 7) / 8 + kept * stored.bytes() < weights * stored.bytes()) {
          NDList both = script.call(owner, "store_masked", part, type);
          parts.add(new Masked(count, both.get(0), both.get(1)));
        } else {
          parts.add(new Dense(count, script.callOne(owner, "store_dense", part, type)));
        }
      }
      first += count;
    }
    if (first != matrix.getShape().get(0)) {
      throw new IllegalArgumentException(
          "%d rows are not those of %s".formatted(first, matrix.getShape()));
    }
    return new StoredMatrix(script, stored, first, columns, parts);
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** Whether it can be read as it is by who computes in that type. */
  boolean isPlain(DType computed) {
    return computed == stored && parts.size() == 1 && parts.get(0) instanceof Dense;
  }

  /** The weights themselves, of a matrix that {@link #isPlain}. */
  NDArray plain() {
    return ((Dense) parts.get(0)).values();
  }

  /**
   * Writes the matrix in the type that is computed in.
   *
   * @param pass of nothing that outlives the call
   * @param out (R, C)
   */
  void expand(NDManager pass, NDArray out) {
    int first = 0;
    for (Part part : parts) {
      NDArray target = script.callOne(pass, "rows_of", out, first, part.rows());
      if (part instanceof Dense dense) {
        script.callOne(pass, "expand_dense", target, dense.values());
      } else if (part instanceof Masked masked) {
        if (MaskExpansion.canWrite(out, stored)) {
          MaskExpansion.write(
              masked.mask(),
              masked.values(),
              stored,
              out,
              (long) first * columns,
              part.rows() * columns);
        } else {
          script.callOne(
              pass,
              "expand_masked",
              target,
              masked.mask(),
              masked.values(),
              WeightReader.torchType(stored));
        }
      }
      first += part.rows();
    }
  }
}
