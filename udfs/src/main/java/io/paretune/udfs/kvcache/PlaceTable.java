package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.Function;

/** Places in pages as kernels take them. */
public final class PlaceTable {
  private PlaceTable() {}

  /** One row a sequence, all of one length: (B, columns). */
  public static NDArray of(
      NDManager owner, List<KvSequence> sequences, Function<KvSequence, long[]> row) {
    List<long[]> rows = sequences.stream().map(row).toList();
    int columns = rows.get(0).length;
    long[] all = new long[Math.multiplyExact(rows.size(), columns)];
    for (int b = 0; b < rows.size(); b++) {
      System.arraycopy(rows.get(b), 0, all, b * columns, columns);
    }
    return owner.create(all, new Shape(rows.size(), columns));
  }
}
