package io.paretune.udfs.spark;

import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.DeviceMemory;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;

/** Tells how much memory the GPU has that Spark gave the task. */
public record GpuMemory() implements Function<Integer, GpuMemory.Found> {

  /**
   * A GPU.
   *
   * @param host where it is
   * @param bytes all of its memory
   */
  public record Found(String host, String gpu, long bytes) implements Serializable {}

  @Override
  public Found call(Integer slot) {
    Device device = ModelSource.assigned();
    String host = SparkEnv.get().rpcEnv().address().host();
    try {
      return new Found(host, device.toString(), DeviceMemory.total(device));
    } catch (RuntimeException | LinkageError e) {
      throw new InvalidInputException(
          "spark.task.resource.gpu.amount",
          "gives a task %s of %s, which CUDA cannot use: %s"
              .formatted(
                  device, host, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          "README's section on GPUs says what an executor needs");
    }
  }
}
