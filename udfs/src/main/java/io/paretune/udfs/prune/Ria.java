package io.paretune.udfs.prune;

import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;

/**
 * Relative importance and activations (arXiv 2402.17775, eq. 2 and 3): the score of weight (i, j)
 * is
 *
 * <pre>  (|W_ij| / Σ_i |W_ij| + |W_ij| / Σ_j |W_ij|) · E[x_j²]^(1/4)</pre>
 *
 * where the power is the paper's a = ½ of the root mean square. Weights go row by row, as under the
 * published code's {@code --per_outneuron}. A row or column of zeros has shares of 0, where that
 * code divides by zero.
 *
 * @param statistics of the model whose weights are scored
 */
public record Ria(ActivationStatistics statistics) implements PruningCriterion {
  @Override
  public CriterionName name() {
    return CriterionName.RIA;
  }

  @Override
  public String calibrationId() {
    return statistics.id();
  }

  @Override
  public Scores scores(int layer, Projection projection, WeightMatrix weights) {
    return new RelativeScores(
        weights,
        RelativeScores.Norm.SUM,
        RelativeScores.fourthRoots(statistics, layer, projection, weights.columns()),
        share -> share);
  }
}
