package io.paretune.udfs.spark;

import org.apache.spark.SparkConf;

/** How many tasks an executor runs at once. */
public final class TaskSlots {
  private TaskSlots() {}

  /**
   * As many as its cores and, where each takes some, its GPUs are enough for; at least 1.
   *
   * @param cores of the executor
   */
  public static int of(SparkConf conf, int cores) {
    int slots = cores / conf.getInt("spark.task.cpus", 1);
    double gpus = conf.getDouble("spark.executor.resource.gpu.amount", 0);
    double each = conf.getDouble("spark.task.resource.gpu.amount", 0);
    if (gpus > 0 && each > 0) {
      // A task's part of a GPU is never pieced together from two.
      double byGpus = each < 1 ? gpus * Math.floor(1 / each) : Math.floor(gpus / each);
      slots = (int) Math.min(slots, byGpus);
    }
    return Math.max(1, slots);
  }
}
