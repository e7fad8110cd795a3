package io.paretune.udfs.prune;

import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Projection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A decoder layer of random weights and the statistics to prune it by. */
final class DemoShapedLayer {
  static final int HIDDEN = 192;
  static final int KEYS = 96;
  static final int INTERMEDIATE = 512;

  /** A ratio of its own for every projection; v stays dense, and o's is off any usual grid. */
  static final Map<Projection, Double> RATIOS =
      Map.of(
          Projection.Q, 0.5,
          Projection.K, 0.25,
          Projection.O, 0.61803,
          Projection.GATE, 0.7,
          Projection.UP, 0.05,
          Projection.DOWN, 0.9);

  static final LayerPlan PLAN = new LayerPlan(0, RATIOS, 16, 16);

  private DemoShapedLayer() {}

  static FusedLayer weights(Random random) {
    return new FusedLayer(
        matrix(random, HIDDEN + 2 * KEYS, HIDDEN),
        matrix(random, HIDDEN, HIDDEN),
        matrix(random, 2 * INTERMEDIATE, HIDDEN),
        matrix(random, HIDDEN, INTERMEDIATE));
  }

  /** Levels on the heap. */
  static LevelIndex index(PruningCriterion criterion, RatioGrid grid, FusedLayer dense) {
    Map<Projection, LevelMatrix> layer = new EnumMap<>(Projection.class);
    for (Projection p : Projection.values()) {
      layer.put(p, LevelMatrix.build(criterion, 0, p, dense.matrix(p), grid));
    }
    return new LevelIndex(LevelIndexKey.of("model", criterion, grid), List.of(layer));
  }

  static WeightMatrix matrix(Random random, int rows, int columns) {
    float[] weights = new float[rows * columns];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() * 0.05f;
    }
    return WeightMatrix.copyOf(weights, rows, columns);
  }

  static ActivationStatistics statistics(Random random, int layers) {
    StatisticsShape shape = StatisticsShape.of(layers, HIDDEN, HIDDEN, INTERMEDIATE);
    StatisticsAccumulator seen = new StatisticsAccumulator(shape);
    for (int l = 0; l < layers; l++) {
      for (InputSite site : InputSite.values()) {
        double[] squares = new double[shape.channels(site)];
        for (int c = 0; c < squares.length; c++) {
          squares[c] = Math.exp(random.nextGaussian());
        }
        seen.add(l, site, squares, 7);
      }
    }
    return seen.statistics();
  }
}
