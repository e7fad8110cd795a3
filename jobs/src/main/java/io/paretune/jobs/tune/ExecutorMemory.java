package io.paretune.jobs.tune;

import com.sun.management.OperatingSystemMXBean;
import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.problem.InvalidInputException;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an executor needs outside its heap.
 *
 * @param weights bytes of the dense model in fp32
 * @param prunedLayers bytes for pruned layers that candidates share
 */
record ExecutorMemory(long weights, long prunedLayers) {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorMemory.class);
  private static final long MIB = 1 << 20;

  /** The Java machine's own threads, code and buffers, and a batch's activations and caches. */
  private static final double SPARE = 1.1;

  /** Spark's own, where nothing is set. */
  private static final double DEFAULT_FACTOR = 0.1;

  private static final long DEFAULT_LEAST_MIB = 384;

  /** Of a model under a configuration. */
  static ExecutorMemory of(DecoderShape shape, ParetuneConfig config) {
    long linear = shape.linearWeights();
    long all = linear + shape.otherWeightBytes() / shape.bytesPerWeight();
    long candidates = Math.multiplyExact(linear * Float.BYTES, (long) config.study().concurrency());
    return new ExecutorMemory(all * Float.BYTES, Math.min(config.prunedLayerBytes(), candidates));
  }

  /** What must fit beside the heap. */
  long bytes() {
    return (long) (SPARE * (weights + prunedLayers));
  }

  /** All memory of this machine, or what its container may take. */
  static long ofThisMachine() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /**
   * Makes sure that it fits: on this machine, where executors run on it, and elsewhere into what
   * the cluster's manager leaves, where that ends executors that take more than they asked for. A
   * standalone cluster's machines are not known here: there it is only said.
   *
   * @param machine bytes of this machine
   * @throws InvalidInputException if it does not
   */
  void require(SparkConf conf, long machine) {
    String master = conf.get("spark.master", "local");
    long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
    long usual = Math.max(DEFAULT_LEAST_MIB, (long) (DEFAULT_FACTOR * heap));
    long overhead = conf.getSizeAsMb("spark.executor.memoryOverhead", usual + "m");
    long needed = (bytes() + MIB - 1) / MIB;
    boolean local = master.startsWith("local");
    String numbers =
        String.format(
            Locale.ROOT,
            "%,d MiB: %,d MB of fp32 weights and %,d MB of pruned layers (resident.pruned-layers,"
                + " study.concurrency), and a tenth for activations and caches",
            needed,
            weights / 1_000_000,
            prunedLayers / 1_000_000);
    if (local && machine / MIB < needed) {
      throw new InvalidInputException(
          "model",
          "this machine has %,d MiB of memory, and the model needs ".formatted(machine / MIB)
              + numbers,
          "take a machine with more, or a smaller resident.pruned-layers or study.concurrency");
    }
    boolean enforced = master.startsWith("yarn") || master.startsWith("k8s:");
    if (enforced && overhead < needed) {
      throw new InvalidInputException(
          "spark.executor.memoryOverhead",
          "is %,d MiB, and an executor needs ".formatted(overhead) + numbers,
          "give --conf spark.executor.memoryOverhead=" + needed + "m");
    }
    if (!local) {
      LOG.info("an executor needs beside its heap of {} MiB {}", heap, numbers);
    }
  }
}
