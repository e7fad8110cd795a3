package io.paretune.jobs.tables;

import io.paretune.jobs.progress.StageProgress;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.UnavailableException;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a Spark session needs so that the tables can be written and mean the same everywhere. */
public final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
  private static final Logger STAGES = LoggerFactory.getLogger(StageProgress.class);

  /** Without these the tables cannot be written or would hold something else. */
  private static final Map<String, String> REQUIRED =
      new TreeMap<>(
          Map.of(
              "spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension",
              "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog",
              "spark.sql.session.timeZone", "UTC",
              "spark.sql.datetime.java8API.enabled", "true",
              // The default, INT96, is deprecated and has no statistics to skip files by.
              "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS"));

  /**
   * Suits few rows of which some hold an image; a user's own setting wins. Spark's batches of 4096
   * and 10000 rows would hold gigabytes of image files at once, and code that is compiled for each
   * query costs several times what so few rows do.
   */
  private static final Map<String, String> PREFERRED =
      new TreeMap<>(
          Map.of(
              "spark.sql.codegen.wholeStage", "false",
              "spark.sql.codegen.factoryMode", "NO_CODEGEN",
              // Several drivers may write to one warehouse.
              "spark.delta.logStore.s3a.impl", ConditionalLogStore.class.getName(),
              "spark.delta.logStore.file.impl", ConditionalLogStore.class.getName(),
              "spark.databricks.delta.snapshotPartitions", "2",
              // Tasks of a vacuum; by default 10000, most of them without a file to look at.
              "spark.sql.sources.parallelPartitionDiscovery.parallelism", "16",
              "spark.sql.parquet.columnarReaderBatchSize", "128",
              "spark.sql.inMemoryColumnarStorage.batchSize", "128"));

  private Sessions() {}

  /**
   * A session until it is closed, with what the tables need and what spark-submit was given. Where
   * Spark runs already, as in a notebook or a test, its session is taken and left running.
   *
   * @throws UnavailableException if the cluster does not answer
   */
  public static Opened open(String applicationName) {
    boolean found = SparkSession.getActiveSession().isDefined();
    found |= SparkSession.getDefaultSession().isDefined();
    if (!found) {
      LOG.info("starting Spark on {}", System.getProperty("spark.master", "its own master"));
    }
    SparkSession spark = started(applicationName);
    if (found) {
      return new Opened(spark, () -> {});
    }
    spark.sparkContext().addSparkListener(new StageProgress(Clock.systemUTC(), STAGES::info));
    return new Opened(spark, spark::stop);
  }

  /** Spark stops a context whose master does not answer, while it starts or as soon as it has. */
  private static SparkSession started(String applicationName) {
    IllegalStateException stopped = new IllegalStateException("its context was stopped");
    try {
      SparkSession spark =
          configured(SparkSession.builder().appName(applicationName)).getOrCreate();
      if (!spark.sparkContext().isStopped()) {
        return spark;
      }
    } catch (IllegalStateException e) {
      stopped = e;
    }
    throw new UnavailableException(
        new Problem(
            System.getProperty("spark.master", "Spark's master"),
            "no application can be started there",
            "start the cluster, or name another by --master (in Airflow, by the connection)"),
        stopped);
  }

  /**
   * The same Spark for writes and reads of few rows, such as a search's records: tasks without a
   * row cost several times what the rows do.
   */
  public static SparkSession forFewRows(SparkSession spark) {
    SparkSession few = spark.newSession();
    few.conf().set("spark.sql.shuffle.partitions", "1");
    // A merge's few rows are in the driver anyway; kept by an executor, they and the search die
    // with it.
    few.conf().set("spark.databricks.delta.merge.materializeSource", "none");
    return few;
  }

  /** A session and what ends it. */
  public static final class Opened implements AutoCloseable {
    private final SparkSession spark;
    private final Runnable end;

    private Opened(SparkSession spark, Runnable end) {
      this.spark = spark;
      this.end = end;
    }

    public SparkSession spark() {
      return spark;
    }

    @Override
    public void close() {
      end.run();
    }
  }

  /** Adds what the tables need. */
  public static SparkSession.Builder configured(SparkSession.Builder builder) {
    // spark-submit hands the user's settings over as system properties.
    PREFERRED.forEach(
        (key, value) -> {
          if (System.getProperty(key) == null) {
            builder.config(key, value);
          }
        });
    REQUIRED.forEach(builder::config);
    return builder;
  }
}
