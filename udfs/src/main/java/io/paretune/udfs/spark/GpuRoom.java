package io.paretune.udfs.spark;

import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * Whether the GPUs that Spark gives tasks can be used and are large enough.
 *
 * @param need of each
 * @param remedy if one is too small
 */
public record GpuRoom(MemoryNeed need, String remedy) implements Serializable {

  /** Notes each of the GPUs that cannot be used or is too small. */
  public void check(List<GpuMemory.Found> gpus, Problems problems) {
    gpus.forEach(gpu -> problem(gpu).ifPresent(problems::add));
  }

  /**
   * Asks the GPU of a task: executors that come while a search runs were not there to be asked
   * before it.
   *
   * @throws IllegalStateException if it cannot be used or is too small; Spark then runs the task on
   *     another machine and leaves this one alone for a while
   */
  void require(GpuMemory.Found gpu) {
    problem(gpu)
        .ifPresent(
            p -> {
              throw new IllegalStateException(p.toString());
            });
  }

  private Optional<Problem> problem(GpuMemory.Found gpu) {
    if (!gpu.trouble().isEmpty()) {
      return Optional.of(
          new Problem(
              "spark.task.resource.gpu.amount",
              "gives a task %s of %s, which CUDA cannot use: %s"
                  .formatted(gpu.gpu(), gpu.host(), gpu.trouble()),
              "README's section on GPUs says what an executor needs; resident.device=cpu leaves"
                  + " them alone"));
    }
    return gpu.bytes() >= need.bytes()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                gpu.gpu() + " of " + gpu.host(),
                "has %s, and needs %s: %s"
                    .formatted(
                        MemoryNeed.megabytes(gpu.bytes()),
                        MemoryNeed.megabytes(need.bytes()),
                        need.described()),
                remedy));
  }
}
