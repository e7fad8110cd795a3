package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrunedLayerTest {
  private final FusedLayer dense = DemoShapedLayer.weights(new Random(1));
  private final PruningCriterion wanda = new Wanda(DemoShapedLayer.statistics(new Random(2), 1));
  private final MatrixPruning pruning =
      MatrixPruning.with(wanda, DemoShapedLayer.index(wanda, RatioGrid.ofParts(20), dense));

  private NDManager manager;
  private MatrixPool pool;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
    pool = new MatrixPool(manager, Long.MAX_VALUE);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void everyProjectionOfAFusedMatrixHasItsOwnRatio() {
    try (PrunedLayer pruned = PrunedLayer.of(pool, pruning, dense, DemoShapedLayer.PLAN)) {
      for (Projection p : Projection.values()) {
        NDArray fused = pruned.matrix(InputSite.of(p)).orElseThrow();
        float[] actual = dense.part(p, WeightMatrix.of(fused)).toArray();
        assertThat(LevelMatrixTest.bits(actual))
            .as(p.key())
            .isEqualTo(LevelMatrixTest.bits(naive(p, DemoShapedLayer.RATIOS.getOrDefault(p, 0.0))));
      }
    }
  }

  @Test
  void theIndexChangesNothingButTheTime() {
    MatrixPruning slow = MatrixPruning.withoutIndex(wanda);
    try (PrunedLayer one = PrunedLayer.of(pool, pruning, dense, DemoShapedLayer.PLAN);
        PrunedLayer other = PrunedLayer.of(pool, slow, dense, DemoShapedLayer.PLAN)) {
      for (InputSite site : InputSite.values()) {
        assertThat(one.matrix(site).orElseThrow().toFloatArray())
            .isEqualTo(other.matrix(site).orElseThrow().toFloatArray());
      }
    }
  }

  @Test
  void whatTheEngineReadsIsWhatWasWrittenWithoutACopy() {
    try (PrunedLayer pruned = PrunedLayer.of(pool, pruning, dense, LayerPlan.of(0, 0.5, 16, 16))) {
      NDArray down = pruned.matrix(InputSite.MLP_DOWN).orElseThrow();
      float sumInTheEngine = down.abs().gt(0).toType(DataType.FLOAT32, true).sum().getFloat();

      assertThat(sumInTheEngine).isEqualTo(192 * 256f);
      WeightMatrix.of(down).floats().put(0, 42f);
      assertThat(down.getFloat(0, 0)).isEqualTo(42f);
    }
  }

  @Test
  void anIndexHasOnlyRatiosOfItsGridWithoutAPattern() {
    LevelIndex index = pruning.index().orElseThrow();
    assertThat(PrunedLayer.isOnGrid(index, LayerPlan.of(0, 0.35, 16, 16))).isTrue();
    assertThat(PrunedLayer.isOnGrid(index, LayerPlan.dense(0))).isTrue();
    assertThat(PrunedLayer.isOnGrid(index, LayerPlan.of(0, 0.37, 16, 16))).isFalse();
    LayerPlan half = LayerPlan.of(0, 0.5, 16, 16);
    assertThat(
            PrunedLayer.isOnGrid(
                index, new LayerPlan(0, half.pruningRatios(), Pattern.TWO_OF_FOUR, 16, 16)))
        .isFalse();
  }

  @Test
  void nothingIsWrittenForMatricesThatStayDense() {
    float[] before = dense.down().toArray();
    try (PrunedLayer none = PrunedLayer.of(pool, pruning, dense, LayerPlan.dense(0));
        PrunedLayer tooLittle =
            PrunedLayer.of(
                pool, pruning, dense, new LayerPlan(0, Map.of(Projection.UP, 0.005), 16, 16));
        PrunedLayer onlyDown =
            PrunedLayer.of(
                pool, pruning, dense, new LayerPlan(0, Map.of(Projection.DOWN, 0.5), 16, 16))) {
      assertThat(none.weights()).isZero();
      assertThat(tooLittle.matrix(InputSite.MLP)).isEmpty();
      assertThat(onlyDown.matrix(InputSite.ATTENTION)).isEmpty();
      assertThat(onlyDown.weights()).isEqualTo(192 * 512);
      assertThat(dense.down().toArray()).isEqualTo(before);
    }
  }

  @Test
  void closedLayersGiveTheirMemoryToTheNextOnes() {
    PrunedLayer first = PrunedLayer.of(pool, pruning, dense, DemoShapedLayer.PLAN);
    long bytes = 4 * first.weights();
    NDArray matrix = first.matrix(InputSite.MLP).orElseThrow();
    first.close();
    first.close();

    assertThat(pool.idleBytes()).isEqualTo(bytes);
    assertThatThrownBy(() -> first.matrix(InputSite.MLP)).hasMessage("the pruned layer is closed");
    try (PrunedLayer second = PrunedLayer.of(pool, pruning, dense, DemoShapedLayer.PLAN)) {
      assertThat(second.matrix(InputSite.MLP).orElseThrow()).isSameAs(matrix);
      assertThat(pool.idleBytes()).isZero();
    }
  }

  @Test
  void memoryBeyondTheBudgetIsFreed() {
    MatrixPool small = new MatrixPool(manager, 4L * 192 * 192);
    PrunedLayer layer = PrunedLayer.of(small, pruning, dense, DemoShapedLayer.PLAN);
    NDArray mlp = layer.matrix(InputSite.MLP).orElseThrow();
    long bytes = 4 * layer.weights();
    layer.close();

    assertThat(small.idleBytes()).as("for the layer that comes in its place").isEqualTo(bytes);
    small.trim();
    assertThat(small.idleBytes()).isLessThanOrEqualTo(4L * 192 * 192);
    assertThat(mlp.isReleased()).isTrue();
    small.close();
    assertThatThrownBy(() -> small.take(1, 1)).hasMessage("the pool is closed");
  }

  @Test
  void newMemoryIsNotTakenOnTopOfWhatWaitsInOtherShapes() {
    MatrixPool small = new MatrixPool(manager, 4L * 10);
    NDArray wide = small.take(2, 40);
    NDArray narrow = small.take(5, 2);
    small.giveBack(narrow);
    small.giveBack(wide);

    assertThat(small.take(2, 40)).as("of its shape").isSameAs(wide);
    small.giveBack(wide);
    small.take(40, 2);

    assertThat(wide.isReleased()).isTrue();
    assertThat(small.idleBytes()).isLessThanOrEqualTo(4L * 10);
    small.close();
  }

  @Test
  void anIndexOfAnotherCalibrationIsRefused() {
    PruningCriterion other = new Wanda(DemoShapedLayer.statistics(new Random(3), 1));

    assertThatThrownBy(() -> MatrixPruning.with(other, pruning.index().orElseThrow()))
        .hasMessage(
            "the level index is of wanda calibrated by %s, not of wanda by %s"
                .formatted(wanda.calibrationId(), other.calibrationId()));
  }

  @Test
  void tensorsThatAreNoFp32MatricesAreRefused() {
    assertThatThrownBy(() -> WeightMatrix.of(manager.ones(new Shape(2, 2), DataType.INT32)))
        .hasMessage("an fp32 matrix on the CPU is needed, was int32 (2, 2) on cpu()");
    assertThatThrownBy(() -> WeightMatrix.of(manager.ones(new Shape(4))))
        .hasMessage("an fp32 matrix on the CPU is needed, was float32 (4) on cpu()");
  }

  private float[] naive(Projection p, double ratio) {
    WeightMatrix weights = dense.matrix(p);
    float[] meanSquare = ((Wanda) wanda).statistics().meanSquare(0, p);
    float[] all = weights.toArray();
    float[][] scores = new float[weights.rows()][];
    for (int r = 0; r < scores.length; r++) {
      float[] row = new float[weights.columns()];
      System.arraycopy(all, r * row.length, row, 0, row.length);
      scores[r] = NaivePruning.wandaScores(row, meanSquare);
    }
    return NaivePruning.pruned(all, scores, ratio);
  }
}
