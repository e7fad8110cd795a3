package io.paretune.jobs.tune;

import com.sun.management.OperatingSystemMXBean;
import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.problem.Problems;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether executors get the memory outside their heap that they need.
 *
 * @param need what must fit beside the heap
 */
record ExecutorMemory(MemoryNeed need) {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorMemory.class);
  private static final long MIB = 1 << 20;

  /** Spark's own, where nothing is set. */
  private static final double DEFAULT_FACTOR = 0.1;

  private static final long DEFAULT_LEAST_MIB = 384;

  /** All memory of this machine, or what its container may take. */
  static long ofThisMachine() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /**
   * Notes if it does not fit: on this machine, where executors run on it, and elsewhere into what
   * the cluster's manager leaves, where that ends executors that take more than they asked for. A
   * standalone cluster's machines are not known here: there it is only said.
   *
   * @param machine bytes of this machine
   */
  void check(SparkConf conf, long machine, Problems problems) {
    String master = conf.get("spark.master", "local");
    long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
    double factor = conf.getDouble("spark.executor.memoryOverheadFactor", DEFAULT_FACTOR);
    long least = conf.getSizeAsMb("spark.executor.minMemoryOverhead", DEFAULT_LEAST_MIB + "m");
    long usual = Math.max(least, (long) (factor * heap));
    long overhead = conf.getSizeAsMb("spark.executor.memoryOverhead", usual + "m");
    long needed = (need.bytes() + MIB - 1) / MIB;
    boolean local = master.startsWith("local");
    String numbers = String.format(Locale.ROOT, "%,d MiB: %s", needed, need.described());
    if (local && machine / MIB < needed) {
      problems.add(
          "model",
          String.format(Locale.ROOT, "this machine has %,d MiB of memory, and", machine / MIB)
              + " the model needs "
              + numbers,
          "take a machine with more, or a smaller resident.pruned-layers or evaluation.batch");
    }
    boolean enforced = master.startsWith("yarn") || master.startsWith("k8s:");
    if (enforced && overhead < needed) {
      problems.add(
          "spark.executor.memoryOverhead",
          String.format(Locale.ROOT, "is %,d MiB, and an executor needs ", overhead) + numbers,
          "give --conf spark.executor.memoryOverhead=" + needed + "m");
    }
    if (!local) {
      LOG.info("an executor needs beside its heap of {} MiB {}", heap, numbers);
    }
  }
}
