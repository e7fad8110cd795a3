package io.paretune.udfs.prune;

import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;
import java.nio.FloatBuffer;

/**
 * The score is |W| · √E[x²] (arXiv 2306.11695, eq. 1), in fp32 as the published code computes it,
 * with the square root of IEEE 754. (On a CPU, torch takes it from MKL, which is an ulp off for a
 * fifth of all numbers; masks differ only where two scores of a row lie that close.)
 *
 * @param statistics of the model whose weights are scored
 */
public record Wanda(ActivationStatistics statistics) implements PruningCriterion {
  @Override
  public CriterionName name() {
    return CriterionName.WANDA;
  }

  @Override
  public String calibrationId() {
    return statistics.id();
  }

  @Override
  public Scores scores(int layer, Projection projection, WeightMatrix weights) {
    int columns = weights.columns();
    float[] rootMeanSquare = statistics.meanSquare(layer, projection, columns);
    for (int c = 0; c < columns; c++) {
      rootMeanSquare[c] = (float) Math.sqrt(rootMeanSquare[c]); // the fp32 root, correctly rounded
    }
    FloatBuffer floats = weights.floats();
    return (row, scores) -> {
      floats.get(row * columns, scores, 0, columns);
      for (int c = 0; c < columns; c++) {
        scores[c] = Math.abs(scores[c]) * rootMeanSquare[c];
      }
    };
  }
}
