package io.paretune.jobs;

import io.paretune.jobs.tables.Sessions;
import org.apache.spark.sql.SparkSession;

/**
 * The one Spark session of this module's tests: two threads, no UI, and few partitions, since most
 * of a small Delta write's time goes into tasks without work. It lives as long as the JVM.
 */
public final class SharedSpark {
  private SharedSpark() {}

  private static final class Holder {
    static final SparkSession SESSION =
        Sessions.configured(
                SparkSession.builder()
                    .master("local[2,4]") // a task that fails runs again, as on a cluster
                    .appName("paretune-tests")
                    .config("spark.ui.enabled", "false")
                    .config("spark.driver.host", "127.0.0.1")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.sql.adaptive.enabled", "false")
                    .config("spark.sql.shuffle.partitions", "2")
                    .config("spark.default.parallelism", "2")
                    .config("spark.databricks.delta.snapshotPartitions", "1")
                    .config(
                        "spark.sql.warehouse.dir",
                        System.getProperty("paretune.build", "target") + "/spark-warehouse"))
            .getOrCreate();
  }

  /** The session, started by whoever asks first. */
  public static SparkSession session() {
    return Holder.SESSION;
  }
}
