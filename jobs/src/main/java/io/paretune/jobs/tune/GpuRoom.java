package io.paretune.jobs.tune;

import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.spark.GpuMemory;
import java.util.List;
import java.util.Locale;

/**
 * Whether the GPUs that Spark gives tasks can be used and are large enough.
 *
 * @param need of each
 * @param remedy if one is too small
 */
public record GpuRoom(MemoryNeed need, String remedy) {
  private static final long MEGABYTE = 1_000_000;

  /** Notes each of the GPUs that cannot be used or is too small. */
  public void check(List<GpuMemory.Found> gpus, Problems problems) {
    for (GpuMemory.Found gpu : gpus) {
      if (!gpu.trouble().isEmpty()) {
        problems.add(
            "spark.task.resource.gpu.amount",
            "gives a task %s of %s, which CUDA cannot use: %s"
                .formatted(gpu.gpu(), gpu.host(), gpu.trouble()),
            "README's section on GPUs says what an executor needs; resident.device=cpu leaves them"
                + " alone");
      } else if (gpu.bytes() < need.bytes()) {
        problems.add(
            gpu.gpu() + " of " + gpu.host(),
            String.format(
                Locale.ROOT,
                "has %,d MB, and needs %,d MB: %s",
                gpu.bytes() / MEGABYTE,
                need.bytes() / MEGABYTE,
                need.described()),
            remedy);
      }
    }
  }
}
