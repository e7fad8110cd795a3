package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.VisionPlan;
import io.paretune.udfs.prune.VisionStatistics;
import io.paretune.udfs.prune.Wanda;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That its masks are transformers' is a golden of {@code EvaluateCommandTest} in jobs. */
class VisionCalibrationTest {
  private static final ImageProcessor PROCESSOR =
      new ImageProcessor(RESIDENT.checkpoint().imageProcessor());
  private static final List<PreparedImage> IMAGES =
      DemoQuestions.prepared(DemoQuestions.first("train", 24));

  private static VisionStatistics measured(List<PreparedImage> images) {
    return VisionCalibration.measure(RESIDENT.model(), PROCESSOR, DemoQuestions.shard(0, images));
  }

  @Test
  void anyShardingGivesTheSameStatistics() {
    VisionStatistics all = measured(IMAGES);
    VisionStatistics parts =
        measured(IMAGES.subList(1, IMAGES.size())).merge(measured(IMAGES.subList(0, 1)));

    assertThat(parts).isEqualTo(all);
    assertThat(VisionStatistics.fromBytes("here", all.toBytes())).isEqualTo(all);
    int patches = RESIDENT.model().config().vision().patches();
    assertThat(all.tower().tokens(0, InputSite.MLP_DOWN)).isEqualTo(IMAGES.size() * (patches + 1L));
    assertThat(all.projector().tokens(0, InputSite.MLP)).isEqualTo((long) IMAGES.size() * patches);
  }

  @Test
  void cutStatisticsAreRefused() {
    byte[] whole = measured(IMAGES.subList(0, 1)).toBytes();

    assertThatThrownBy(() -> VisionStatistics.fromBytes("here", new byte[] {0, 0, 1, 0, 7}))
        .hasMessageContaining("here: statistics of vision are damaged");
    byte[] cut = Arrays.copyOf(whole, whole.length - 9);
    assertThatThrownBy(() -> VisionStatistics.fromBytes("here", cut))
        .hasMessageContaining("damaged");
  }

  @Test
  void prunedRowsHaveTheirShareOfZerosAndTheDenseModelKeepsItsWeights() throws Exception {
    VisionStatistics statistics = measured(IMAGES);
    float[] before = RESIDENT.model().vision().projector().get(0).toFloatArray();
    try (LentVision lent =
        RESIDENT.lendVision(
            new VisionPlan(0.25, 0.5),
            () -> new Wanda(statistics.tower()),
            () -> new Wanda(statistics.projector()),
            () -> false)) {
      Map<InputSite, NDArray> layer = lent.weights().matrices(0);
      layer.values().forEach(matrix -> assertZeros(matrix, 0.25));
      lent.weights().projectorMatrices().values().forEach(matrix -> assertZeros(matrix, 0.5));
      PreparedShard shard = DemoQuestions.shard(0, IMAGES.subList(0, 2));
      PreparedShard seen =
          shard.seenBy(new ImageEncoding(RESIDENT.model(), PROCESSOR, lent.weights()), () -> false);
      assertThat(seen.questions()).isEqualTo(shard.questions());
      assertThat(seen.images().get(1).features())
          .hasSameSizeAs(shard.images().get(1).features())
          .isNotEqualTo(shard.images().get(1).features());
      PreparedShard dense =
          shard.seenBy(
              new ImageEncoding(RESIDENT.model(), PROCESSOR, RESIDENT.model().vision()),
              () -> false);
      assertThat(dense.images().get(1).features()).isEqualTo(shard.images().get(1).features());
    }
    assertThat(RESIDENT.model().vision().projector().get(0).toFloatArray()).isEqualTo(before);
  }

  private static void assertZeros(NDArray matrix, double share) {
    int columns = (int) matrix.getShape().get(1);
    float[] weights = matrix.toFloatArray();
    for (int row = 0; row < weights.length / columns; row++) {
      int zeros = 0;
      for (int c = 0; c < columns; c++) {
        zeros += weights[row * columns + c] == 0 ? 1 : 0;
      }
      assertThat(zeros).isEqualTo((int) (columns * share));
    }
  }
}
