package io.paretune.udfs.spark;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import scala.jdk.javaapi.CollectionConverters;

/** How many tasks run at once. */
public final class Slots {
  private static final Duration LOOK = Duration.ofMillis(250);

  private Slots() {}

  /**
   * On the executors that are there now, by cores, GPUs and whatever else Spark gives a task; 0
   * where there is none yet.
   */
  public static int now(SparkContext spark) {
    return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
  }

  /**
   * The same once executors have come and no further one does: those of one application start
   * together, but not at the same moment.
   *
   * @param quiet how long none comes
   */
  static int settled(JavaSparkContext spark, Duration quiet) throws InterruptedException {
    spark.parallelize(List.of(0), 1).count(); // waits for the first
    int slots = now(spark.sc());
    for (long since = System.nanoTime(); System.nanoTime() - since < quiet.toNanos(); ) {
      TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
      int found = now(spark.sc());
      if (found != slots) {
        slots = found;
        since = System.nanoTime();
      }
    }
    return Math.max(1, slots);
  }

  /** The executors that are there now, by their ids; empty where tasks run in this process. */
  static Set<String> executors(JavaSparkContext spark) {
    return Set.copyOf(CollectionConverters.asJava(spark.sc().getExecutorIds()));
  }
}
