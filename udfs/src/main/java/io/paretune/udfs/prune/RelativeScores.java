package io.paretune.udfs.prune;

import io.paretune.udfs.profile.Projection;
import java.nio.FloatBuffer;

/**
 * Scores of weights by their share of their row and of their column, times a factor of the channel.
 * Norms are summed in fp64 and used in fp32, as is everything else.
 */
final class RelativeScores implements PruningCriterion.Scores {
  /** What a share is of. */
  enum Norm {
    /** The sum of magnitudes. */
    SUM,
    /** The 2-norm. */
    ROOT_OF_SQUARES;

    double term(float weight) {
      return this == SUM ? Math.abs(weight) : (double) weight * weight;
    }

    float of(double sum) {
      return (float) (this == SUM ? sum : Math.sqrt(sum));
    }
  }

  /** What becomes of the two shares' sum; never falling. */
  @FunctionalInterface
  interface Curve {
    float of(float share);
  }

  private final FloatBuffer floats;
  private final Norm norm;
  private final float[] columnNorms;
  private final float[] channelFactors;
  private final Curve curve;

  RelativeScores(WeightMatrix weights, Norm norm, float[] channelFactors, Curve curve) {
    this.floats = weights.floats();
    this.norm = norm;
    this.channelFactors = channelFactors;
    this.curve = curve;
    this.columnNorms = columnNorms(weights);
  }

  private float[] columnNorms(WeightMatrix weights) {
    double[] sums = new double[weights.columns()];
    float[] row = new float[sums.length];
    for (int r = 0; r < weights.rows(); r++) {
      floats.get(r * row.length, row);
      for (int c = 0; c < row.length; c++) {
        sums[c] += norm.term(row[c]);
      }
    }
    float[] norms = new float[sums.length];
    for (int c = 0; c < norms.length; c++) {
      norms[c] = norm.of(sums[c]);
    }
    return norms;
  }

  @Override
  public void row(int row, float[] scores) {
    int columns = columnNorms.length;
    floats.get(row * columns, scores, 0, columns);
    double sum = 0;
    for (int c = 0; c < columns; c++) {
      sum += norm.term(scores[c]);
    }
    float rowNorm = norm.of(sum);
    for (int c = 0; c < columns; c++) {
      float weight = Math.abs(scores[c]);
      // A zero is 0 of anything; where its row or column is all zeros it would be 0 / 0.
      float share = weight == 0 ? 0 : weight / columnNorms[c] + weight / rowNorm;
      scores[c] = curve.of(share) * channelFactors[c];
    }
  }

  /** E[x²]^(1/4) by input channel. */
  static float[] fourthRoots(
      ActivationStatistics statistics, int layer, Projection projection, int columns) {
    float[] roots = statistics.meanSquare(layer, projection, columns);
    for (int c = 0; c < columns; c++) {
      roots[c] = (float) Math.sqrt(Math.sqrt(roots[c]));
    }
    return roots;
  }
}
