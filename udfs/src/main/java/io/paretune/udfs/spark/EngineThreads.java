package io.paretune.udfs.spark;

import io.paretune.udfs.engine.NativeEngine;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/** How many native threads a task's arithmetic gets: the executor's cores over its tasks. */
final class EngineThreads {
  private EngineThreads() {}

  /** Sets it in this process, if the native engine has not started yet. */
  static void configure() {
    SparkEnv spark = SparkEnv.get();
    if (spark != null) {
      NativeEngine.preferThreads(perTask(spark.conf(), Runtime.getRuntime().availableProcessors()));
    }
  }

  /**
   * At least 1. In local mode each slot stands for a core, and so does each task.
   *
   * @param processors of the executor's machine: on a standalone cluster it has all of them, if
   *     nobody says how many
   */
  static int perTask(SparkConf conf, int processors) {
    int taskCores = conf.getInt("spark.task.cpus", 1);
    boolean standalone = conf.get("spark.master", "local").startsWith("spark:");
    int most = Math.min(processors, conf.getInt("spark.cores.max", processors));
    int cores = conf.getInt("spark.executor.cores", standalone ? most : taskCores);
    int slots = TaskSlots.of(conf, cores);
    boolean coresAreLeft = slots < cores / taskCores;
    return Math.max(1, coresAreLeft ? cores / slots : taskCores);
  }
}
