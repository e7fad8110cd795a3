package io.paretune.jobs.measure;

import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.GpuRoom;
import java.util.List;

/** What the dense model, which others are measured beside, needs of a GPU. */
final class ServingMemory {
  private ServingMemory() {}

  /**
   * Of a model under a measurement.
   *
   * @param tokens of a request, its image and its answer among them
   */
  static GpuRoom of(DecoderShape shape, SpeedSettings settings, int tokens) {
    long all = shape.linearWeights() + shape.otherWeightBytes() / shape.bytesPerWeight();
    return new GpuRoom(
        new MemoryNeed(
            List.of(
                new MemoryNeed.Part(
                    "the dense model's weights", all * settings.type().dtype().bytes()),
                new MemoryNeed.Part(
                    "keys and values",
                    new MemoryFootprint(shape, new Workload(settings.batch(), tokens))
                        .kvBytes(CompressionProfile.dense()))),
            "activations"),
        "take a larger GPU, --type bf16 or a smaller --batch");
  }
}
