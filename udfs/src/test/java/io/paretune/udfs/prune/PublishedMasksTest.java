package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Against torch running the published rule; made by src/test/python/make_prune_goldens.py. */
class PublishedMasksTest {
  private record Mask(String criterion, double ratio, String mask) {}

  private record Case(
      String name,
      int rows,
      int columns,
      List<Integer> weights,
      List<Integer> scaler_row,
      List<Integer> wanda_scores,
      List<Mask> masks) {}

  @TestFactory
  Stream<DynamicTest> everyMaskIsTorchs() throws IOException {
    return goldens().stream()
        .flatMap(
            golden ->
                golden.masks().stream()
                    .map(
                        mask ->
                            DynamicTest.dynamicTest(
                                golden.name() + ", " + mask.criterion() + " " + mask.ratio(),
                                () -> assertMask(golden, mask))));
  }

  @TestFactory
  Stream<DynamicTest> everyWandaScoreIsTorchsBitForBit() throws IOException {
    return goldens().stream()
        .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> assertScores(golden)));
  }

  private static void assertMask(Case golden, Mask mask) {
    LevelMatrix levels =
        LevelMatrix.build(
            criterion(golden, mask.criterion()),
            0,
            Projection.O,
            weights(golden),
            RatioGrid.of(mask.ratio()));
    StringBuilder actual = new StringBuilder();
    int bits = 0;
    for (int w = 0; w < golden.rows() * golden.columns(); w++) {
      boolean pruned = levels.level(w / golden.columns(), w % golden.columns()) == 0;
      bits = 2 * bits + (pruned ? 1 : 0);
      if (w % 4 == 3) {
        actual.append(Character.forDigit(bits, 16));
        bits = 0;
      }
    }
    assertThat(actual).hasToString(mask.mask());
  }

  private static void assertScores(Case golden) {
    PruningCriterion.Scores scores =
        criterion(golden, "wanda").scores(0, Projection.O, weights(golden));
    float[] row = new float[golden.columns()];
    for (int r = 0; r < golden.rows(); r++) {
      scores.row(r, row);
      for (int c = 0; c < row.length; c++) {
        assertThat(Float.floatToRawIntBits(row[c]))
            .as("row %d, column %d", r, c)
            .isEqualTo(golden.wanda_scores().get(r * row.length + c));
      }
    }
  }

  /** One token whose squares are the golden's scaler_row, so that the mean is exactly that. */
  private static PruningCriterion criterion(Case golden, String name) {
    return PruningCriterion.of(
        CriterionName.ofKey(name).orElseThrow(),
        () -> {
          StatisticsAccumulator seen =
              new StatisticsAccumulator(StatisticsShape.of(1, 1, golden.columns(), 1));
          double[] squares = new double[golden.columns()];
          for (int c = 0; c < squares.length; c++) {
            squares[c] = Float.intBitsToFloat(golden.scaler_row().get(c));
          }
          seen.add(0, InputSite.ATTENTION_OUTPUT, squares, 1);
          return seen.statistics();
        });
  }

  private static WeightMatrix weights(Case golden) {
    float[] weights = new float[golden.weights().size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Float.intBitsToFloat(golden.weights().get(i));
    }
    return WeightMatrix.copyOf(weights, golden.rows(), golden.columns());
  }

  private static List<Case> goldens() throws IOException {
    try (InputStream in =
            Objects.requireNonNull(
                PublishedMasksTest.class.getResourceAsStream("/prune/masks.json"));
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return List.of(new Gson().fromJson(reader, Case[].class));
    }
  }
}
