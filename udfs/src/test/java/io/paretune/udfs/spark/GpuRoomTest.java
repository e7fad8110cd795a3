package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.problem.Problems;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuRoomTest {
  /** LLaVA-1.5-7B's weights in fp32, and 4 requests. */
  private static final GpuRoom LARGE =
      new GpuRoom(
          new MemoryNeed(
              List.of(
                  new MemoryNeed.Part("weights", 28_000_000_000L),
                  new MemoryNeed.Part("keys and values", 2_000_000_000L)),
              "activations"),
          "take a larger GPU");

  private static Problems problems(GpuMemory.Found... gpus) {
    Problems problems = new Problems();
    LARGE.check(List.of(gpus), problems);
    return problems;
  }

  @Test
  void everyGpuThatIsTooSmallOrUnusableIsToldWithNumbers() {
    Problems problems =
        problems(
            new GpuMemory.Found("a", "gpu:0", 80_000_000_000L, ""),
            new GpuMemory.Found("a", "gpu:1", 24_000_000_000L, ""),
            new GpuMemory.Found("b", "gpu:0", 32_999_000_000L, ""),
            new GpuMemory.Found("c", "gpu:0", 0, "the process sees 0 GPUs"));
    assertThatThrownBy(problems::throwIfAny)
        .hasMessageContaining(
            "gpu:1 of a: has 24,000 MB, and needs 33,000 MB: 28,000 MB of weights, 2,000 MB of keys"
                + " and values, and a tenth for activations — take a larger GPU")
        .hasMessageContaining("gpu:0 of b: has 32,999 MB")
        .hasMessageContaining(
            "spark.task.resource.gpu.amount: gives a task gpu:0 of c, which CUDA cannot use: the"
                + " process sees 0 GPUs — ")
        .hasMessageContaining("resident.device=cpu")
        .hasMessageNotContaining("gpu:0 of a");
    assertThat(problems(new GpuMemory.Found("a", "gpu:0", 33_000_000_000L, "")).isEmpty()).isTrue();
  }

  @Test
  void anExecutorThatComesLaterRefusesItsTaskOnAGpuThatIsTooSmall() {
    LARGE.require(new GpuMemory.Found("a", "gpu:0", 80_000_000_000L, ""));
    assertThatThrownBy(() -> LARGE.require(new GpuMemory.Found("a", "gpu:1", 24_000_000_000L, "")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("gpu:1 of a: has 24,000 MB, and needs 33,000 MB: ");
  }
}
