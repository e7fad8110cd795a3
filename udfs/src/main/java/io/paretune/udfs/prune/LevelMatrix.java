package io.paretune.udfs.prune;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.OptionalInt;

/**
 * One byte per weight of a matrix: the position, from 0, of the first ratio of the grid at which
 * the criterion prunes it; 255 if none does. The mask of the ratio at position i is {@code level <=
 * i}. Whoever asks for more of a row pruned gets a superset, because every ratio takes the smallest
 * of one stable order.
 */
public final class LevelMatrix {
  /** The level of a weight that no ratio of the grid prunes. */
  public static final int NEVER = 255;

  /** Weights that are worked on at a time, so that their copies stay in the L1 cache. */
  private static final int BLOCK = 2048;

  private final RatioGrid grid;
  private final int rows;
  private final int columns;
  private final ByteBuffer levels;

  /** Takes the levels over as they are: nobody may write them any more. */
  LevelMatrix(RatioGrid grid, int rows, int columns, ByteBuffer levels) {
    if (rows < 1 || columns < 1 || levels.remaining() != (long) rows * columns) {
      throw new IllegalArgumentException(
          "levels of a %d × %d matrix are not %d bytes"
              .formatted(rows, columns, levels.remaining()));
    }
    this.grid = grid;
    this.rows = rows;
    this.columns = columns;
    this.levels = levels.slice().asReadOnlyBuffer();
  }

  /**
   * Sorts each row once.
   *
   * @throws InvalidInputException if a weight's score is not a number
   */
  public static LevelMatrix build(
      PruningCriterion criterion,
      int layer,
      Projection projection,
      WeightMatrix weights,
      RatioGrid grid) {
    int rows = weights.rows();
    int columns = weights.columns();
    PruningCriterion.Scores scores = criterion.scores(layer, projection, weights);
    byte[] levelOfRank = levelOfRank(grid, columns);
    byte[] levels = new byte[Math.multiplyExact(rows, columns)];
    float[] rowScores = new float[columns];
    RowOrder order = new RowOrder(columns);
    for (int r = 0; r < rows; r++) {
      scores.row(r, rowScores);
      int bad = order.sort(rowScores);
      if (bad >= 0) {
        throw criterion.notFinite(layer, projection, r, bad, rowScores[bad]);
      }
      for (int rank = 0; rank < columns; rank++) {
        levels[r * columns + order.column(rank)] = levelOfRank[rank];
      }
    }
    return new LevelMatrix(grid, rows, columns, ByteBuffer.wrap(levels));
  }

  private static byte[] levelOfRank(RatioGrid grid, int columns) {
    byte[] level = new byte[columns];
    int position = 0;
    for (int rank = 0; rank < columns; rank++) {
      while (position < grid.size()
          && PruningCriterion.prunedPerRow(columns, grid.ratio(position)) <= rank) {
        position++;
      }
      level[rank] = (byte) (position == grid.size() ? NEVER : position);
    }
    return level;
  }

  public RatioGrid grid() {
    return grid;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** From 0 to 254, or {@link #NEVER}. */
  public int level(int row, int column) {
    return levels.get(row * columns + column) & 0xff;
  }

  /** All levels, row by row; read-only. */
  ByteBuffer levels() {
    return levels.duplicate();
  }

  /**
   * The position whose mask is that of the ratio: one that prunes equally many of each row. Empty
   * if the grid has none, which also holds for a ratio so small that it prunes nothing.
   */
  public OptionalInt position(double ratio) {
    int pruned = PruningCriterion.prunedPerRow(columns, ratio);
    if (pruned == 0) {
      return OptionalInt.empty();
    }
    for (int i = 0; i < grid.size(); i++) {
      if (PruningCriterion.prunedPerRow(columns, grid.ratio(i)) == pruned) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Writes the weights that the ratio at that position leaves, bit for bit, and +0 for the others.
   *
   * @param dense the weights that the levels were built from
   * @param out of the same shape, in other memory
   */
  public void prune(int position, WeightMatrix dense, WeightMatrix out) {
    checkShape(dense);
    checkShape(out);
    IntBuffer from = dense.bits();
    IntBuffer to = out.bits();
    byte[] level = new byte[BLOCK];
    int[] bits = new int[BLOCK];
    int weights = rows * columns;
    for (int start = 0; start < weights; start += BLOCK) {
      int n = Math.min(BLOCK, weights - start);
      levels.get(start, level, 0, n);
      from.get(start, bits, 0, n);
      keepAbove(position, level, bits, n);
      to.put(start, bits, 0, n);
    }
  }

  /** Without branches: at half pruned, every second one would be mispredicted. */
  private static void keepAbove(int position, byte[] level, int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] &= (position - (level[i] & 0xff)) >> 31; // all ones where level > position
    }
  }

  private void checkShape(WeightMatrix matrix) {
    if (matrix.rows() != rows || matrix.columns() != columns) {
      throw new IllegalArgumentException(
          "levels of %d × %d do not fit %s".formatted(rows, columns, matrix));
    }
  }
}
