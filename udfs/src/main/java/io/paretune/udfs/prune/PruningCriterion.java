package io.paretune.udfs.prune;

import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;
import java.util.function.Supplier;

/**
 * Ranks the weights of each output row: the int(columns · ratio) of smallest score go first, ties
 * in the order of their columns, as in the published code's stable sort.
 */
public sealed interface PruningCriterion permits Magnitude, Wanda, Ria, OptSpa {

  CriterionName name();

  /** What besides the weights the scores depend on: the statistics' id, or "none". */
  String calibrationId();

  /**
   * The scores of one matrix's weights.
   *
   * @throws IllegalArgumentException if the matrix does not fit the calibration's shape
   */
  Scores scores(int layer, Projection projection, WeightMatrix weights);

  /** Scores of a matrix, row by row. Not safe for use by many threads. */
  @FunctionalInterface
  interface Scores {
    /** Writes the scores of one row, fp32, none negative: as many as the matrix has columns. */
    void row(int row, float[] scores);
  }

  /**
   * The criterion of that name.
   *
   * @param statistics asked only if the criterion needs them
   * @throws IllegalArgumentException if the criterion updates weights: it has no scores
   */
  static PruningCriterion of(CriterionName name, Supplier<ActivationStatistics> statistics) {
    return switch (name) {
      case MAGNITUDE -> new Magnitude();
      case WANDA -> new Wanda(statistics.get());
      case RIA -> new Ria(statistics.get());
      case OPTSPA -> new OptSpa(statistics.get());
      case SPARSEGPT -> throw new IllegalArgumentException("sparsegpt scores no weights");
    };
  }

  /** Python's {@code int(columns * ratio)}: how many weights of a row of that length go. */
  static int prunedPerRow(int columns, double ratio) {
    return MemoryFootprint.prunedColumns(columns, ratio); // what is counted is what is pruned
  }

  /** The refusal of a weight that cannot be ranked. */
  default InvalidInputException notFinite(
      int layer, Projection projection, int row, int column, float score) {
    return new InvalidInputException(
        "layer %d, %s, row %d, column %d".formatted(layer, projection.key(), row, column),
        "the %s score is %s".formatted(name().key(), score),
        "the checkpoint holds weights that are not finite");
  }
}
