package io.paretune.jobs.tune;

import io.paretune.udfs.spark.TaskSlots;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.jdk.javaapi.CollectionConverters;

/**
 * How many cores an executor has.
 *
 * @param count of them
 * @param source what tells it, in words
 */
record ExecutorCores(int count, String source) {

  /**
   * As Spark is told; in local mode all are one executor's. On a standalone cluster where Spark is
   * not told, an executor has all cores of its worker: as many as the largest one that is there or,
   * before any is, as many as this machine.
   */
  static ExecutorCores of(JavaSparkContext spark) {
    OptionalInt largest =
        CollectionConverters.asJava(spark.sc().statusStore().executorList(true)).stream()
            .filter(e -> !e.id().equals("driver"))
            .mapToInt(ExecutorSummary::totalCores)
            .max();
    return of(
        spark.getConf(),
        spark.defaultParallelism(),
        largest,
        Runtime.getRuntime().availableProcessors());
  }

  /**
   * The same.
   *
   * @param parallelism of local mode
   * @param largest the most cores of an executor that is there
   * @param processors of this machine
   */
  static ExecutorCores of(SparkConf conf, int parallelism, OptionalInt largest, int processors) {
    String key = "spark.executor.cores";
    String master = conf.get("spark.master", "local");
    if (conf.contains(key)) {
      return new ExecutorCores(conf.getInt(key, 1), key);
    }
    if (master.startsWith("local")) {
      return new ExecutorCores(parallelism, master);
    }
    String unset = key + " is not set, so it is taken to have as many cores as ";
    if (!master.startsWith("spark:")) {
      return new ExecutorCores(1, unset + "Spark asks for by itself");
    }
    if (largest.isPresent()) {
      return new ExecutorCores(largest.getAsInt(), unset + "the largest executor that is there");
    }
    int most = Math.min(processors, conf.getInt("spark.cores.max", processors));
    return new ExecutorCores(most, unset + "this machine, or as spark.cores.max allows");
  }

  /** How many tasks it runs at once. */
  int tasks(SparkConf conf) {
    return TaskSlots.of(conf, count);
  }
}
