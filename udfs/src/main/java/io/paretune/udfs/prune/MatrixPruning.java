package io.paretune.udfs.prune;

import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import java.nio.IntBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Prunes matrices of one model by one criterion: by the level index where there is one and the
 * ratio is on its grid, by ranking the weights anew where not. Both give the same bits. Safe for
 * use by many threads.
 *
 * @param criterion which weights go first
 * @param index levels of the same model by the same criterion and calibration
 */
public record MatrixPruning(PruningCriterion criterion, Optional<LevelIndex> index)
    implements LayerPruning {
  public MatrixPruning {
    index.ifPresent(
        i -> {
          if (i.key().criterion() != criterion.name()
              || !i.key().calibrationId().equals(criterion.calibrationId())) {
            throw new IllegalArgumentException(
                "the level index is of %s calibrated by %s, not of %s by %s"
                    .formatted(
                        i.key().criterion().key(),
                        i.key().calibrationId(),
                        criterion.name().key(),
                        criterion.calibrationId()));
          }
        });
  }

  public static MatrixPruning with(PruningCriterion criterion, LevelIndex index) {
    return new MatrixPruning(criterion, Optional.of(index));
  }

  public static MatrixPruning withoutIndex(PruningCriterion criterion) {
    return new MatrixPruning(criterion, Optional.empty());
  }

  @Override
  public void prune(LayerPlan plan, Projection projection, WeightMatrix dense, WeightMatrix out) {
    double ratio = plan.pruningRatio(projection);
    if (plan.pattern() != Pattern.UNSTRUCTURED && ratio > 0) {
      PatternPruning.prune(criterion, plan.layer(), projection, plan.pattern(), dense, out);
    } else {
      prune(plan.layer(), projection, ratio, dense, out);
    }
  }

  /**
   * Writes what the ratio leaves of a matrix, bit for bit, and +0 for the weights that go.
   *
   * @param ratio in [0, 1); the int(columns · ratio) smallest of each row go
   * @param out of the shape of {@code dense}, in other memory
   */
  public void prune(
      int layer, Projection projection, double ratio, WeightMatrix dense, WeightMatrix out) {
    if (PruningCriterion.prunedPerRow(dense.columns(), ratio) == 0) {
      dense.copyTo(out);
      return;
    }
    if (index.isPresent()) {
      LevelMatrix levels = index.get().matrix(layer, projection);
      OptionalInt position = levels.position(ratio);
      if (position.isPresent()) {
        levels.prune(position.getAsInt(), dense, out);
        return;
      }
    }
    select(layer, projection, PruningCriterion.prunedPerRow(dense.columns(), ratio), dense, out);
  }

  private void select(
      int layer, Projection projection, int count, WeightMatrix dense, WeightMatrix out) {
    int columns = dense.columns();
    PruningCriterion.Scores scores = criterion.scores(layer, projection, dense);
    float[] rowScores = new float[columns];
    int[] bits = new int[columns];
    RowSelection selection = new RowSelection(columns);
    IntBuffer from = dense.bits();
    IntBuffer to = out.bits();
    for (int r = 0; r < dense.rows(); r++) {
      scores.row(r, rowScores);
      from.get(r * columns, bits);
      int bad = selection.prune(rowScores, bits, count);
      if (bad >= 0) {
        throw criterion.notFinite(layer, projection, r, bad, rowScores[bad]);
      }
      to.put(r * columns, bits);
    }
  }
}
