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
      NativeEngine.preferThreads(perTask(spark.conf()));
    }
  }

  /** At least 1. In local mode each slot stands for a core, and so does each task. */
  static int perTask(SparkConf conf) {
    int taskCores = conf.getInt("spark.task.cpus", 1);
    int cores = conf.getInt("spark.executor.cores", taskCores);
    double tasks = (double) cores / taskCores;
    double gpus = conf.getDouble("spark.executor.resource.gpu.amount", 0);
    double taskGpus = conf.getDouble("spark.task.resource.gpu.amount", 0);
    if (gpus > 0 && taskGpus > 0) {
      tasks = Math.min(tasks, Math.floor(gpus / taskGpus));
    }
    return (int) Math.max(1, Math.floor(cores / Math.max(1, tasks)));
  }
}
