package io.paretune.jobs.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.SharedSpark;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.spark.GpuMemory;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class GpuRoomTest {
  /** LLaVA-1.5-7B's weights in fp32, and 4 requests. */
  private static final GpuRoom LARGE = new GpuRoom(28_000_000_000L, 2_000_000_000L);

  @Test
  void everyGpuThatIsTooSmallIsRefusedWithNumbers() {
    assertThatThrownBy(
            () ->
                LARGE.require(
                    List.of(
                        new GpuMemory.Found("a", "gpu:0", 80_000_000_000L),
                        new GpuMemory.Found("a", "gpu:1", 24_000_000_000L),
                        new GpuMemory.Found("b", "gpu:0", 32_999_000_000L))))
        .hasMessageContaining(
            "gpu:1 of a: has 24,000 MB, and the dense model needs 33,000 MB: 28,000 of weights,"
                + " 2,000 of keys and values, and a tenth for activations — take a larger GPU,"
                + " --type bf16 or a smaller --batch")
        .hasMessageContaining("gpu:0 of b: has 32,999 MB")
        .hasMessageNotContaining("gpu:0 of a");
    assertThatCode(() -> LARGE.require(List.of(new GpuMemory.Found("a", "gpu:0", 33_000_000_000L))))
        .doesNotThrowAnyException();
  }

  @Test
  void weightsAndCacheAreThoseOfTheTypeAndTheRequests() {
    DecoderShape shape = new DecoderShape(4, 8, 16, 2, 2, 4, 4, 100);
    long weights = shape.linearWeights() + 100 / 4;
    assertThat(GpuRoom.of(shape, settings(3, ComputeType.FP32), 10))
        .isEqualTo(new GpuRoom(4 * weights, 3 * 10 * 4 * 2 * 2 * 4 * 2));
    assertThat(GpuRoom.of(shape, settings(3, ComputeType.BF16), 10).weights())
        .isEqualTo(2 * weights);
  }

  private static SpeedSettings settings(int batch, ComputeType type) {
    return new SpeedSettings(batch, 1, 2, 0, 1, 1, type);
  }

  @Test
  void whereTasksGetNoGpuNothingIsAsked() {
    assertThatCode(
            () ->
                LARGE.check(
                    JavaSparkContext.fromSparkContext(SharedSpark.session().sparkContext())))
        .doesNotThrowAnyException();
  }
}
