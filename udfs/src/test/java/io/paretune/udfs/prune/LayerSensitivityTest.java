package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.paretune.udfs.profile.Projection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LayerSensitivityTest {
  @Test
  void theErrorIsTheShareOfTheOutputsEnergyThatThePrunedWeightsCarried() {
    WeightMatrix weights = WeightMatrix.copyOf(new float[] {1, 2, 3, 4}, 1, 4);
    RatioGrid grid = RatioGrid.of(0.25, 0.5, 0.75);
    LevelMatrix levels = LevelMatrix.build(new Magnitude(), 0, Projection.O, weights, grid);

    // W²·E[x²] = 1·8, 4·1, 9·0, 16·1: 28 in all
    List<Double> errors = LayerSensitivity.errors(weights, levels, new float[] {8, 1, 0, 1});

    assertThat(errors).containsExactly(8 / 28.0, 12 / 28.0, 12 / 28.0);
    assertThat(LayerSensitivity.errors(weights, levels, new float[4])).containsOnly(0.0);
  }

  @Test
  void itIsTheMeasuredOutputErrorWhereInputChannelsDoNotCorrelate() {
    Random random = new Random(4);
    int columns = 16;
    int tokens = 1 << columns; // every pattern of signs once: exactly uncorrelated
    WeightMatrix weights = DemoShapedLayer.matrix(random, 1, columns);
    float[] meanSquare = new float[columns];
    for (int c = 0; c < columns; c++) {
      meanSquare[c] = random.nextFloat() + 0.1f;
    }
    RatioGrid grid = RatioGrid.ofParts(8);
    LevelMatrix levels = LevelMatrix.build(new Magnitude(), 0, Projection.O, weights, grid);
    List<Double> errors = LayerSensitivity.errors(weights, levels, meanSquare);
    float[] dense = weights.toArray();
    for (int i = 0; i < grid.size(); i++) {
      double lost = 0;
      double all = 0;
      for (int t = 0; t < tokens; t++) {
        double y = 0;
        double missing = 0;
        for (int c = 0; c < columns; c++) {
          double x = Math.sqrt(meanSquare[c]) * (((t >> c) & 1) == 0 ? 1 : -1);
          y += dense[c] * x;
          missing += levels.level(0, c) <= i ? dense[c] * x : 0;
        }
        all += y * y;
        lost += missing * missing;
      }
      assertThat(errors.get(i)).isCloseTo(lost / all, within(1e-6));
    }
  }

  @Test
  void aLayersErrorIsTheMeanOverItsProjectionsAndNeverFalls() {
    ActivationStatistics statistics = DemoShapedLayer.statistics(new Random(2), 1);
    FusedLayer dense = DemoShapedLayer.weights(new Random(1));
    RatioGrid grid = RatioGrid.ofParts(20);
    LevelIndex index = DemoShapedLayer.index(new Wanda(statistics), grid, dense);

    LayerSensitivity sensitivity = LayerSensitivity.of(0, dense, index, statistics);

    assertThat(sensitivity.error(9))
        .isCloseTo(
            sensitivity.errors().values().stream().mapToDouble(e -> e.get(9)).sum() / 7,
            within(1e-12));
    for (int i = 1; i < grid.size(); i++) {
      assertThat(sensitivity.error(i)).isGreaterThan(sensitivity.error(i - 1)).isLessThan(1);
    }
  }
}
