package io.paretune.udfs.prune;

import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;

/**
 * The criterion of arXiv 2507.20613, as its authors' code (optspa) computes it: the score of weight
 * (i, j) is
 *
 * <pre>  log(1 + |W_ij| / ‖W_i·‖₂ + |W_ij| / ‖W_·j‖₂) · E[x_j²]^(1/4)</pre>
 *
 * A row or column of zeros has shares of 0, where that code divides by zero.
 *
 * @param statistics of the model whose weights are scored
 */
public record OptSpa(ActivationStatistics statistics) implements PruningCriterion {
  @Override
  public CriterionName name() {
    return CriterionName.OPTSPA;
  }

  @Override
  public String calibrationId() {
    return statistics.id();
  }

  @Override
  public Scores scores(int layer, Projection projection, WeightMatrix weights) {
    return new RelativeScores(
        weights,
        RelativeScores.Norm.ROOT_OF_SQUARES,
        RelativeScores.fourthRoots(statistics, layer, projection, weights.columns()),
        share -> (float) Math.log1p(share));
  }
}
