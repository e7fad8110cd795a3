package io.paretune.udfs.prune;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.OptionalInt;

/**
 * One byte per weight of a matrix: the position, from 0, of the first ratio of the grid at which
 * the criterion prunes it; 255 if none does. The mask of the ratio at position i is {@code level <=
 * i}. Whoever asks for more of a row pruned gets a superset, because every ratio takes the smallest
 * of one stable order.
 *
 * <p>Levels are kept as pruning reads them fastest: of each {@value #BLOCK} weights in a row those
 * of the four quarters alternate, so that one shift brings a quarter's levels into as many lanes of
 * four bytes, which JDK 17 vectorizes. What fills no block is as it is.
 */
public final class LevelMatrix {
  /** The level of a weight that no ratio of the grid prunes. */
  public static final int NEVER = 255;

  /** Weights that are worked on at a time, so that their copies stay in the L1 cache. */
  private static final int BLOCK = 2048;

  private static final int QUARTER = BLOCK / 4;

  private final RatioGrid grid;
  private final int rows;
  private final int columns;
  private final ByteBuffer levels;

  /** Takes the levels over as {@link #levels} gave them: nobody may write them any more. */
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
        levels[place(r * columns + order.column(rank), levels.length)] = levelOfRank[rank];
      }
    }
    return new LevelMatrix(grid, rows, columns, ByteBuffer.wrap(levels));
  }

  /** Where the level of a weight is. */
  private static int place(int weight, int weights) {
    int start = weight - weight % BLOCK;
    int in = weight - start;
    return start + BLOCK > weights ? weight : start + 4 * (in % QUARTER) + in / QUARTER;
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
    return levels.get(place(row * columns + column, rows * columns)) & 0xff;
  }

  /** All levels as they are kept; read-only. */
  ByteBuffer levels() {
    return levels.duplicate();
  }

  /** A copy of the levels, row by row. */
  ByteBuffer rowByRow() {
    ByteBuffer copy = ByteBuffer.allocateDirect(levels.remaining());
    byte[] kept = new byte[BLOCK];
    byte[] plain = new byte[BLOCK];
    int weights = rows * columns;
    for (int start = 0; start < weights; start += BLOCK) {
      int n = Math.min(BLOCK, weights - start);
      levels.get(start, kept, 0, n);
      if (n == BLOCK) {
        for (int i = 0; i < BLOCK; i++) {
          plain[i] = kept[4 * (i % QUARTER) + i / QUARTER];
        }
      }
      copy.put(start, n == BLOCK ? plain : kept, 0, n);
    }
    return copy;
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
    IntBuffer fours = levels.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    int[] four = new int[QUARTER];
    int[] bits = new int[QUARTER];
    int weights = rows * columns;
    int whole = weights - weights % BLOCK;
    for (int start = 0; start < whole; start += BLOCK) {
      fours.get(start / 4, four, 0, QUARTER);
      for (int quarter = 0; quarter < 4; quarter++) {
        int at = start + quarter * QUARTER;
        from.get(at, bits, 0, QUARTER);
        keepAbove(position, four, 8 * quarter, bits);
        to.put(at, bits, 0, QUARTER);
      }
    }
    for (int w = whole; w < weights; w++) {
      to.put(w, (levels.get(w) & 0xff) > position ? from.get(w) : 0);
    }
  }

  /** Without branches, and so that the compiler makes vectors of it: nothing but lanes of ints. */
  private static void keepAbove(int position, int[] four, int shift, int[] bits) {
    for (int i = 0; i < QUARTER; i++) {
      bits[i] &= (position - (four[i] >>> shift & 0xff)) >> 31; // all ones where level > position
    }
  }

  private void checkShape(WeightMatrix matrix) {
    if (matrix.rows() != rows || matrix.columns() != columns) {
      throw new IllegalArgumentException(
          "levels of %d × %d do not fit %s".formatted(rows, columns, matrix));
    }
  }
}
