package io.paretune.udfs.spark;

import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.DeviceMemory;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/** Tells how much memory the GPU has that Spark gave the task. */
public record GpuMemory() implements Function<Integer, GpuMemory.Answer> {
  private static final int MOST_ROUNDS = 5;

  /** Executors whose start is further apart are asked when they load the model. */
  private static final Duration QUIET = Duration.ofSeconds(1);

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

  /** What an executor said. */
  record Answer(String executor, Found found) implements Serializable {}

  @Override
  public Answer call(Integer slot) {
    return new Answer(SparkEnv.get().executorId(), of(ModelSource.assigned()));
  }

  /** What this process sees of a GPU. */
  static Found of(Device device) {
    // An executor's RpcEnv has no address: it is nobody's server.
    String host = SparkEnv.get().blockManager().blockManagerId().host();
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

  /**
   * Asks every slot of the executors that start with the application; each GPU is told once. Where
   * an executor got no task, all are asked again.
   *
   * @throws IllegalStateException if interrupted
   */
  public static List<Found> everywhere(JavaSparkContext spark) {
    Set<Found> found = new LinkedHashSet<>();
    Set<String> asked = new HashSet<>();
    try {
      for (int round = 0; round < MOST_ROUNDS; round++) {
        int slots = Slots.settled(spark, QUIET);
        for (Answer answer :
            spark
                .parallelize(Collections.nCopies(slots, 0), slots)
                .map(new GpuMemory())
                .collect()) {
          found.add(answer.found());
          asked.add(answer.executor());
        }
        if (asked.containsAll(Slots.executors(spark))) {
          break;
        }
      }
      return List.copyOf(found);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while executors were asked for their GPUs", e);
    }
  }
}
