package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LevelMatrixTest {
  private static final RatioGrid GRID = RatioGrid.ofParts(40);

  @Property(tries = 60)
  void everyRatioOfTheGridGivesTheMaskOfTheNaiveRule(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int columns) {
    assertNaiveMasks(new Random(seed), 3, columns);
  }

  @Property(tries = 6)
  void longRowsToo(@ForAll long seed, @ForAll @IntRange(min = 1000, max = 3000) int columns) {
    assertNaiveMasks(new Random(seed), 2, columns);
  }

  private static void assertNaiveMasks(Random random, int rows, int columns) {
    WeightMatrix weights = weights(random, rows, columns);
    ActivationStatistics statistics = statistics(random, columns);
    float[] dense = weights.toArray();
    float[] meanSquare = statistics.meanSquare(0, Projection.O);
    float[][] scores = new float[rows][];
    for (int r = 0; r < rows; r++) {
      float[] row = Arrays.copyOfRange(dense, r * columns, (r + 1) * columns);
      scores[r] = NaivePruning.wandaScores(row, meanSquare);
    }
    LevelMatrix levels = LevelMatrix.build(new Wanda(statistics), 0, Projection.O, weights, GRID);
    WeightMatrix out = WeightMatrix.copyOf(new float[rows * columns], rows, columns);
    for (int i = 0; i < GRID.size(); i++) {
      levels.prune(i, weights, out);
      // Compared as bits: +0 for what goes, nothing else changes.
      assertThat(bits(out.toArray()))
          .as("ratio %s", GRID.ratio(i))
          .isEqualTo(bits(NaivePruning.pruned(dense, scores, GRID.ratio(i))));
    }
    MatrixPruning.withoutIndex(new Wanda(statistics)).prune(0, Projection.O, 0.4321, weights, out);
    assertThat(bits(out.toArray())).isEqualTo(bits(NaivePruning.pruned(dense, scores, 0.4321)));
  }

  @Property(tries = 40)
  void aHigherRatioPrunesASupersetAndExactlyAsManyAsPythonSays(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int columns) {
    LevelMatrix levels =
        LevelMatrix.build(
            new Magnitude(), 0, Projection.O, weights(new Random(seed), 2, columns), GRID);
    for (int r = 0; r < 2; r++) {
      for (int i = 0; i < GRID.size(); i++) {
        int row = r;
        int position = i;
        // A mask is {level <= position}, so it grows with the position.
        assertThat(IntStream.range(0, columns).filter(c -> levels.level(row, c) <= position))
            .hasSize((int) (columns * GRID.ratio(i)));
      }
    }
  }

  @Test
  void aGridOf255RatiosStillTellsWhatNoneOfThemPrunes() {
    RatioGrid grid = RatioGrid.ofParts(256);
    int columns = 512;
    LevelMatrix levels =
        LevelMatrix.build(
            new Magnitude(), 0, Projection.O, weights(new Random(3), 1, columns), grid);

    assertThat(grid.size()).isEqualTo(255);
    assertThat(IntStream.range(0, columns).filter(c -> levels.level(0, c) == LevelMatrix.NEVER))
        .hasSize(2);
    assertThat(IntStream.range(0, columns).filter(c -> levels.level(0, c) <= 254)).hasSize(510);
  }

  @Test
  void tiesGoInTheOrderOfTheirColumns() {
    WeightMatrix weights = WeightMatrix.copyOf(new float[] {1, -1, 0f, -0f, 1, -1}, 1, 6);
    LevelMatrix levels =
        LevelMatrix.build(
            new Magnitude(), 0, Projection.Q, weights, RatioGrid.of(1 / 6.0, 0.5, 4 / 6.0));

    assertThat(IntStream.range(0, 6).map(c -> levels.level(0, c)))
        .containsExactly(1, 2, 0, 1, 255, 255);
  }

  @Test
  void aRatioThatPrunesAsManyAsOneOfTheGridUsesItsMask() {
    LevelMatrix levels =
        LevelMatrix.build(
            new Magnitude(),
            0,
            Projection.O,
            weights(new Random(1), 1, 10),
            RatioGrid.of(0.25, 0.5));

    assertThat(levels.position(0.5)).hasValue(1);
    assertThat(levels.position(0.59)).hasValue(1);
    assertThat(levels.position(0.2)).hasValue(0);
    assertThat(levels.position(0.3)).isEmpty();
    assertThat(levels.position(0.05)).isEmpty();
  }

  @Test
  void weightsThatAreNotFiniteAreRefusedWithTheirPlace() {
    WeightMatrix weights = WeightMatrix.copyOf(new float[] {1, 2, 3, Float.NaN}, 2, 2);

    assertThatThrownBy(() -> LevelMatrix.build(new Magnitude(), 4, Projection.UP, weights, GRID))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "layer 4, up_proj, row 1, column 1: the magnitude score is NaN — the checkpoint holds"
                + " weights that are not finite");
  }

  @Test
  void calibrationOfAnotherShapeIsRefused() {
    assertThatThrownBy(
            () ->
                LevelMatrix.build(
                    new Wanda(statistics(new Random(1), 5)),
                    0,
                    Projection.O,
                    weights(new Random(1), 2, 6),
                    GRID))
        .hasMessage("layer 0, o_proj: 5 input channels were calibrated, the weights have 6");
  }

  @Test
  void matricesOfAnotherShapeAreRefused() {
    LevelMatrix levels =
        LevelMatrix.build(new Magnitude(), 0, Projection.O, weights(new Random(1), 2, 6), GRID);
    WeightMatrix other = weights(new Random(1), 6, 2);

    assertThatThrownBy(() -> levels.prune(0, other, other))
        .hasMessage("levels of 2 × 6 do not fit WeightMatrix[6 × 2]");
  }

  @Test
  void prunedCountsAreThoseOfPython() {
    // Python: int(10 * 0.7) == 7, int(100 * 0.29) == 28, int(192 * 0.35) == 67
    assertThat(PruningCriterion.prunedPerRow(10, 0.7)).isEqualTo(7);
    assertThat(PruningCriterion.prunedPerRow(100, 0.29)).isEqualTo(28);
    assertThat(PruningCriterion.prunedPerRow(192, 0.35)).isEqualTo(67);
  }

  @Test
  void gridsThatDoNotAscendWithinTheUnitIntervalAreRefused() {
    assertThatThrownBy(() -> RatioGrid.of(0.5, 0.5))
        .hasMessage("ratios of a grid must ascend within (0, 1), was [0.5, 0.5]");
    assertThatThrownBy(() -> RatioGrid.of(0.0))
        .hasMessage("ratios of a grid must ascend within (0, 1), was [0.0]");
    assertThatThrownBy(() -> new RatioGrid(List.of(Double.NaN)))
        .hasMessage("ratios of a grid must ascend within (0, 1), was [NaN]");
    assertThatThrownBy(() -> RatioGrid.ofParts(257))
        .hasMessage("a ratio grid has 1 to 255 ratios, was 256");
    assertThat(RatioGrid.ofParts(20).ratios()).contains(0.15, 0.35, 0.7);
  }

  /** Normal weights rounded to a coarse grid, so that many scores tie; some are −0. */
  static WeightMatrix weights(Random random, int rows, int columns) {
    float[] weights = new float[rows * columns];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.round(random.nextGaussian() * 8) / 8f * (random.nextBoolean() ? 1 : -1);
    }
    return WeightMatrix.copyOf(weights, rows, columns);
  }

  /** Of one layer; channels of the o projection as asked. */
  static ActivationStatistics statistics(Random random, int channels) {
    StatisticsAccumulator seen = new StatisticsAccumulator(StatisticsShape.of(1, 1, channels, 1));
    double[] squares = new double[channels];
    for (int c = 0; c < channels; c++) {
      squares[c] = random.nextInt(5); // zeros and ties too
    }
    seen.add(0, InputSite.ATTENTION_OUTPUT, squares, 3);
    return seen.statistics();
  }

  static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }
}
