package io.paretune.udfs.prune;

import io.paretune.udfs.profile.Projection;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How much of its linear layers' output a decoder layer loses at each ratio of a grid, estimated
 * from the calibration statistics alone. For one matrix W with inputs x, neglecting that input
 * channels correlate (the diagonal of the Hessian, as in Optimal Brain Damage, LeCun 1989):
 *
 * <pre>  error(ratio) = Σ over pruned W²·E[x²]  /  Σ over all W²·E[x²]   in [0, 1]</pre>
 *
 * A layer's error is the mean over its seven projections, because their outputs have no common
 * unit.
 *
 * @param layer index from 0
 * @param grid the ratios
 * @param errors by projection, one for each ratio of the grid, never falling
 */
public record LayerSensitivity(int layer, RatioGrid grid, Map<Projection, List<Double>> errors) {
  public LayerSensitivity {
    EnumMap<Projection, List<Double>> all = new EnumMap<>(Projection.class);
    for (Projection p : Projection.values()) {
      List<Double> curve = List.copyOf(errors.getOrDefault(p, List.of()));
      if (curve.size() != grid.size()) {
        throw new IllegalArgumentException(
            "layer %d, %s: %d errors for %d ratios"
                .formatted(layer, p.key(), curve.size(), grid.size()));
      }
      all.put(p, curve);
    }
    errors = Collections.unmodifiableMap(all);
  }

  /** The errors of one layer's masks. */
  public static LayerSensitivity of(
      int layer, FusedLayer dense, LevelIndex index, ActivationStatistics statistics) {
    EnumMap<Projection, List<Double>> errors = new EnumMap<>(Projection.class);
    for (Projection p : Projection.values()) {
      errors.put(
          p, errors(dense.matrix(p), index.matrix(layer, p), statistics.meanSquare(layer, p)));
    }
    return new LayerSensitivity(layer, index.key().grid(), errors);
  }

  /**
   * The errors of one matrix's masks, one for each ratio of the levels' grid; 0 for a matrix whose
   * output is always 0.
   *
   * @param meanSquare E[x²] by input channel
   */
  static List<Double> errors(WeightMatrix weights, LevelMatrix levels, float[] meanSquare) {
    double[] lost = new double[LevelMatrix.NEVER + 1]; // by level
    FloatBuffer floats = weights.floats();
    float[] row = new float[weights.columns()];
    for (int r = 0; r < weights.rows(); r++) {
      floats.get(r * row.length, row);
      for (int c = 0; c < row.length; c++) {
        lost[levels.level(r, c)] += (double) row[c] * row[c] * meanSquare[c];
      }
    }
    double total = 0;
    for (double l : lost) {
      total += l;
    }
    Double[] errors = new Double[levels.grid().size()];
    double sum = 0;
    for (int i = 0; i < errors.length; i++) {
      sum += lost[i];
      errors[i] = total > 0 ? Math.min(1, sum / total) : 0.0;
    }
    return List.of(errors);
  }

  /** The layer's error at the ratio at that position of the grid, if all projections share it. */
  public double error(int position) {
    return errors.values().stream().mapToDouble(e -> e.get(position)).average().orElse(0);
  }
}
