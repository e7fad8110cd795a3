package io.paretune.jobs.measure;

import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.spark.GpuMemory;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What the dense model, which others are measured beside, needs of a GPU.
 *
 * @param weights bytes in the type that is computed in
 * @param cache bytes of the requests' keys and values
 */
record GpuRoom(long weights, long cache) {
  /** Activations, and what CUDA itself takes. */
  private static final double SPARE = 1.1;

  /**
   * Of a model under a measurement.
   *
   * @param tokens of a request, its image and its answer among them
   */
  static GpuRoom of(DecoderShape shape, SpeedSettings settings, int tokens) {
    long all = shape.linearWeights() + shape.otherWeightBytes() / shape.bytesPerWeight();
    return new GpuRoom(
        all * (settings.type() == ComputeType.BF16 ? Short.BYTES : Float.BYTES),
        new MemoryFootprint(shape, new Workload(settings.batch(), tokens))
            .kvBytes(CompressionProfile.dense()));
  }

  private long bytes() {
    return (long) (SPARE * (weights + cache));
  }

  /**
   * Asks the GPU that Spark gives a task, if it gives any: in seconds, before anything is prepared.
   *
   * @throws InvalidInputException if there is none that can be used, or its memory is too small
   */
  void check(JavaSparkContext spark) {
    if (spark.getConf().getDouble("spark.task.resource.gpu.amount", 0) > 0) {
      int slots = spark.defaultParallelism();
      require(
          spark
              .parallelize(Collections.nCopies(slots, 0), slots)
              .map(new GpuMemory())
              .distinct()
              .collect());
    }
  }

  /** Makes sure that each of the GPUs is large enough. */
  void require(List<GpuMemory.Found> gpus) {
    Problems problems = new Problems();
    for (GpuMemory.Found gpu : gpus) {
      if (gpu.bytes() < bytes()) {
        problems.add(
            gpu.gpu() + " of " + gpu.host(),
            String.format(
                Locale.ROOT,
                "has %,d MB, and the dense model needs %,d MB: %,d of weights, %,d of keys and"
                    + " values, and a tenth for activations",
                gpu.bytes() / 1_000_000,
                bytes() / 1_000_000,
                weights / 1_000_000,
                cache / 1_000_000),
            "take a larger GPU, --type bf16 or a smaller --batch");
      }
    }
    problems.throwIfAny();
  }
}
