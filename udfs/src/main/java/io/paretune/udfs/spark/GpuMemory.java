package io.paretune.udfs.spark;

import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.DeviceMemory;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/** Tells how much memory the GPU has that Spark gave the task. */
public record GpuMemory() implements Function<Integer, GpuMemory.Found> {

  /**
   * A GPU.
   *
   * @param host where it is
   * @param gpu its name there
   * @param bytes all of its memory
   * @param trouble why CUDA cannot use it; empty if it can
   */
  public record Found(String host, String gpu, long bytes, String trouble)
      implements Serializable {}

  @Override
  public Found call(Integer slot) {
    Device device = ModelSource.assigned();
    String host = SparkEnv.get().rpcEnv().address().host();
    try {
      return new Found(host, device.toString(), DeviceMemory.total(device), "");
    } catch (RuntimeException | LinkageError e) {
      return new Found(
          host,
          device.toString(),
          0,
          String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  /** Asks every slot; each GPU is told once. */
  public static List<Found> everywhere(JavaSparkContext spark) {
    int slots = spark.defaultParallelism();
    return spark
        .parallelize(Collections.nCopies(slots, 0), slots)
        .map(new GpuMemory())
        .distinct()
        .collect();
  }
}
