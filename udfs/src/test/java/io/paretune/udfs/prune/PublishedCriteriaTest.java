package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.NativeEngine;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Against torch running the published rules; made by src/test/python/make_prune_goldens.py. */
class PublishedCriteriaTest {
  private record Mask(String criterion, double ratio, String pattern, String mask) {}

  private record Updated(double ratio, String pattern, List<Integer> weights) {}

  private record Case(
      int rows,
      int columns,
      List<Integer> weights,
      List<Integer> scaler_row,
      List<Long> products,
      int tokens,
      List<Mask> masks,
      List<Updated> sparsegpt) {}

  @TestFactory
  Stream<DynamicTest> everyMaskIsTorchs() throws IOException {
    return goldens().stream()
        .flatMap(
            golden ->
                golden.masks().stream()
                    .map(
                        mask ->
                            DynamicTest.dynamicTest(
                                "%s %s %s, %d columns"
                                    .formatted(
                                        mask.criterion(),
                                        mask.ratio(),
                                        mask.pattern(),
                                        golden.columns()),
                                () -> assertMask(golden, mask))));
  }

  private static void assertMask(Case golden, Mask expected) {
    WeightMatrix out =
        WeightMatrix.copyOf(new float[size(golden)], golden.rows(), golden.columns());
    PruningCriterion criterion =
        PruningCriterion.of(
            CriterionName.ofKey(expected.criterion()).orElseThrow(), () -> statistics(golden));
    MatrixPruning.withoutIndex(criterion)
        .prune(
            plan(expected.ratio(), expected.pattern()),
            Projection.O,
            matrix(golden, golden.weights()),
            out);
    float[] dense = matrix(golden, golden.weights()).toArray();
    float[] pruned = out.toArray();
    StringBuilder actual = new StringBuilder();
    int bits = 0;
    for (int w = 0; w < pruned.length; w++) {
      assertThat(pruned[w]).isIn(0f, dense[w]);
      bits = 2 * bits + (pruned[w] == 0 ? 1 : 0);
      if (w % 4 == 3) {
        actual.append(Character.forDigit(bits, 16));
        bits = 0;
      }
    }
    assertThat(actual).hasToString(expected.mask());
  }

  @TestFactory
  Stream<DynamicTest> sparseGptUpdatesAsThePaperSays() throws IOException {
    return goldens().stream()
        .flatMap(
            golden ->
                golden.sparsegpt().stream()
                    .map(
                        updated ->
                            DynamicTest.dynamicTest(
                                "%s %s, %d columns"
                                    .formatted(
                                        updated.ratio(), updated.pattern(), golden.columns()),
                                () -> assertUpdated(golden, updated))));
  }

  private static void assertUpdated(Case golden, Updated expected) {
    WeightMatrix out =
        WeightMatrix.copyOf(new float[size(golden)], golden.rows(), golden.columns());
    try (NDManager manager = NativeEngine.newManager(Device.cpu())) {
      double[] products = golden.products().stream().mapToDouble(p -> p / 4096.0).toArray();
      NDArray gram = manager.create(products, new Shape(golden.columns(), golden.columns()));
      SparseGpt sparseGpt =
          new SparseGpt(manager, Map.of(InputSite.ATTENTION_OUTPUT, gram), golden.tokens());
      sparseGpt.prune(
          plan(expected.ratio(), expected.pattern()),
          Projection.O,
          matrix(golden, golden.weights()),
          out);
    }
    float[] wanted = matrix(golden, expected.weights()).toArray();
    float[] actual = out.toArray();
    for (int w = 0; w < wanted.length; w++) {
      assertThat(actual[w] == 0).as("weight %d", w).isEqualTo(wanted[w] == 0);
      assertThat(Math.abs(actual[w] - wanted[w])).as("weight %d", w).isLessThan(1e-6f);
    }
  }

  @Test
  void zerosHaveTheLowestScoreEvenWhereTheirRowAndColumnAreZero() {
    WeightMatrix weights = WeightMatrix.copyOf(new float[] {0, 0, 0, 2, 0, -1}, 2, 3);
    StatisticsAccumulator seen = new StatisticsAccumulator(StatisticsShape.of(1, 1, 3, 1));
    seen.add(0, InputSite.ATTENTION_OUTPUT, new double[] {1, 1, 1}, 1);
    for (PruningCriterion criterion :
        List.of(new Ria(seen.statistics()), new OptSpa(seen.statistics()))) {
      PruningCriterion.Scores scores = criterion.scores(0, Projection.O, weights);
      float[] row = new float[3];
      scores.row(0, row);
      assertThat(row).containsExactly(0, 0, 0);
      scores.row(1, row);
      assertThat(row[1]).isZero();
      assertThat(row[0]).isGreaterThan(row[2]).isPositive();
    }
  }

  @Test
  void refusesAPatternThatRowsAreNoGroupsOf() {
    WeightMatrix six = DemoShapedLayer.matrix(new Random(1), 2, 6);
    assertThatThrownBy(
            () ->
                MatrixPruning.withoutIndex(new Magnitude())
                    .prune(plan(0.5, "2:4"), Projection.O, six, six))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "layer 0, o_proj: has rows of 6 weights, which are no groups of 4 — leave out the"
                + " pattern 2:4");
  }

  private static LayerPlan plan(double ratio, String pattern) {
    return new LayerPlan(
        0,
        Map.of(Projection.O, ratio),
        Pattern.ofKey(pattern).orElse(Pattern.UNSTRUCTURED),
        16,
        16);
  }

  /** One token whose squares are the golden's scaler_row, so that the mean is exactly that. */
  private static ActivationStatistics statistics(Case golden) {
    StatisticsAccumulator seen =
        new StatisticsAccumulator(StatisticsShape.of(1, 1, golden.columns(), 1));
    double[] squares = golden.scaler_row().stream().mapToDouble(Float::intBitsToFloat).toArray();
    seen.add(0, InputSite.ATTENTION_OUTPUT, squares, 1);
    return seen.statistics();
  }

  private static WeightMatrix matrix(Case golden, List<Integer> bits) {
    float[] weights = new float[bits.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Float.intBitsToFloat(bits.get(i));
    }
    return WeightMatrix.copyOf(weights, golden.rows(), golden.columns());
  }

  private static int size(Case golden) {
    return golden.rows() * golden.columns();
  }

  private static List<Case> goldens() throws IOException {
    try (InputStream in =
            Objects.requireNonNull(
                PublishedCriteriaTest.class.getResourceAsStream("/prune/criteria.json"));
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return List.of(new Gson().fromJson(reader, Case[].class));
    }
  }
}
