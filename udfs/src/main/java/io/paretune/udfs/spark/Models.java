package io.paretune.udfs.spark;

import io.paretune.udfs.checkpoint.CheckpointCache;
import io.paretune.udfs.checkpoint.UserCache;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;

/** Where models are on this machine's disk. */
public final class Models {
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

  /** Spark's settings of Hadoop, in a task as in the driver. */
  static Configuration hadoop() {
    SparkEnv spark = SparkEnv.get();
    return spark == null
        ? new Configuration()
        : SparkHadoopUtil.get().newConfiguration(spark.conf());
  }
}
