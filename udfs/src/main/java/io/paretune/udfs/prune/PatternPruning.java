package io.paretune.udfs.prune;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import java.nio.FloatBuffer;

/** n:m patterns: of every m neighbouring weights of a row, the n of smallest score go. */
final class PatternPruning {
  private PatternPruning() {}

  /**
   * Writes what the pattern leaves of a matrix, bit for bit, and +0 for the weights that go; of
   * equal scores the first go.
   *
   * @throws InvalidInputException if rows are no whole number of groups
   */
  static void prune(
      PruningCriterion criterion,
      int layer,
      Projection projection,
      Pattern pattern,
      WeightMatrix dense,
      WeightMatrix out) {
    int columns = dense.columns();
    requireWholeGroups(layer, projection, pattern, columns);
    PruningCriterion.Scores scores = criterion.scores(layer, projection, dense);
    FloatBuffer from = dense.floats();
    FloatBuffer to = out.floats();
    float[] rowScores = new float[columns];
    float[] row = new float[columns];
    for (int r = 0; r < dense.rows(); r++) {
      scores.row(r, rowScores);
      for (int c = 0; c < columns; c++) {
        if (!(rowScores[c] >= 0)) {
          throw criterion.notFinite(layer, projection, r, c, rowScores[c]);
        }
      }
      from.get(r * columns, row);
      for (int start = 0; start < columns; start += pattern.group()) {
        for (int n = 0; n < pattern.zeros(); n++) {
          int least = least(rowScores, start, start + pattern.group());
          rowScores[least] = Float.NaN; // taken
          row[least] = 0;
        }
      }
      to.put(r * columns, row);
    }
  }

  static void requireWholeGroups(int layer, Projection projection, Pattern pattern, int columns) {
    if (columns % pattern.group() != 0) {
      throw new InvalidInputException(
          "layer %d, %s".formatted(layer, projection.key()),
          "has rows of %d weights, which are no groups of %d".formatted(columns, pattern.group()),
          "leave out the pattern " + pattern.key());
    }
  }

  /** The first of the smallest scores that are not taken. */
  private static int least(float[] scores, int from, int to) {
    int least = from;
    for (int c = from + 1; c < to; c++) {
      if (scores[c] < scores[least] || Float.isNaN(scores[least])) {
        least = c;
      }
    }
    return least;
  }
}
