package io.paretune.jobs.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.SpeedSettings;
import org.junit.jupiter.api.Test;

class ServingMemoryTest {
  private static MemoryNeed need(ComputeType type) {
    DecoderShape shape = new DecoderShape(4, 8, 16, 2, 2, 4, 4, 100);
    return ServingMemory.of(shape, new SpeedSettings(3, 1, 2, 0, 1, 1, type), 10).need();
  }

  @Test
  void weightsAndCacheAreThoseOfTheTypeAndTheRequests() {
    long weights = new DecoderShape(4, 8, 16, 2, 2, 4, 4, 100).linearWeights() + 100 / 4;
    assertThat(need(ComputeType.FP32).parts())
        .containsExactly(
            new MemoryNeed.Part("the dense model's weights", 4 * weights),
            new MemoryNeed.Part("keys and values", 3 * 10 * 4 * 2 * 2 * 4 * 2));
    assertThat(need(ComputeType.BF16).parts().get(0).bytes()).isEqualTo(2 * weights);
  }
}
