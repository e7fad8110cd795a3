package io.paretune.jobs.tune;

import java.time.Duration;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what executors were asked for when none comes: no machine may have so many cores, so much
 * memory or so many GPUs, and Spark then waits without an end.
 */
final class AwaitedExecutors {
  private static final Logger LOG = LoggerFactory.getLogger(AwaitedExecutors.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private AwaitedExecutors() {}

  /** Looks once, a while from now, beside whatever happens meanwhile. */
  static void watch(SparkContext spark) {
    Optional<String> asked = asked(spark.conf());
    if (asked.isEmpty()) {
      return;
    }
    Thread watch =
        new Thread(
            () -> {
              try {
                Thread.sleep(PATIENCE.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
              }
              // The driver is among them.
              if (!spark.isStopped() && spark.statusTracker().getExecutorInfos().length < 2) {
                LOG.warn("no executor after {} s: {}", PATIENCE.toSeconds(), asked.get());
              }
            },
            "awaited-executors");
    watch.setDaemon(true);
    watch.start();
  }

  /** What is asked of the cluster's manager; empty where tasks run in this process. */
  static Optional<String> asked(SparkConf conf) {
    String master = conf.get("spark.master", "local");
    if (master.startsWith("local")) {
      return Optional.empty();
    }
    long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
    int gpus = conf.getInt("spark.executor.resource.gpu.amount", 0);
    return Optional.of(
        "each is to have %s cores, %,d MiB of heap%s (spark.executor.*); does %s have a free machine with that?"
            .formatted(
                conf.get("spark.executor.cores", "all"),
                heap,
                gpus > 0 ? " and %d GPUs".formatted(gpus) : "",
                master));
  }
}
