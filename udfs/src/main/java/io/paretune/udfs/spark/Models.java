package io.paretune.udfs.spark;

import io.paretune.udfs.checkpoint.CheckpointCache;
import io.paretune.udfs.checkpoint.UserCache;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;

/** Where models are on this machine's disk. */
public final class Models {
  private static volatile @Nullable Settings settings;

  private Models() {}

  /**
   * The local directory of a model, fetched through Hadoop with Spark's settings if it is
   * elsewhere.
   *
   * @param location a path or URI
   * @throws io.paretune.udfs.problem.InvalidInputException if there is no model
   */
  public static Path directory(String location) {
    return new CheckpointCache(UserCache.directory().resolve("models"), hadoop())
        .directory(location);
  }

  /** Spark's settings of Hadoop, in a task as in the driver; for reading only. */
  static Configuration hadoop() {
    SparkEnv spark = SparkEnv.get();
    if (spark == null) { // spark-submit's settings are there before Spark is
      return SparkHadoopUtil.get().newConfiguration(new SparkConf());
    }
    Settings known = settings;
    if (known == null || known.spark() != spark) {
      known = new Settings(spark, SparkHadoopUtil.get().newConfiguration(spark.conf()));
      settings = known;
    }
    return known.hadoop();
  }

  /** What every task asks for, and what takes as long to put together as many questions do. */
  private record Settings(SparkEnv spark, Configuration hadoop) {}
}
