package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ExecutorCoresTest {
  private static final OptionalInt NONE = OptionalInt.empty();

  private static SparkConf conf(String master) {
    return new SparkConf(false).set("spark.master", master);
  }

  @Test
  void whatSparkIsToldCounts() {
    SparkConf yarn = conf("yarn").set("spark.executor.cores", "8").set("spark.task.cpus", "2");
    ExecutorCores told = ExecutorCores.of(yarn, 64, OptionalInt.of(16), 32);
    assertThat(told).isEqualTo(new ExecutorCores(8, "spark.executor.cores"));
    assertThat(told.tasks(yarn)).isEqualTo(4);
    assertThat(ExecutorCores.of(conf("local[6]"), 6, NONE, 32))
        .as("all tasks of local mode are one executor's")
        .isEqualTo(new ExecutorCores(6, "local[6]"));
  }

  @Test
  void whereItIsNotToldAnExecutorHasOneOnYarnAndAllOfItsWorkersOnAStandaloneCluster() {
    assertThat(ExecutorCores.of(conf("yarn"), 64, OptionalInt.of(1), 32).count()).isEqualTo(1);
    SparkConf standalone = conf("spark://h:7077");
    assertThat(ExecutorCores.of(standalone, 64, OptionalInt.of(16), 32))
        .isEqualTo(
            new ExecutorCores(
                16,
                "spark.executor.cores is not set, so it is taken to have as many cores as the"
                    + " largest executor that is there"));
    assertThat(ExecutorCores.of(standalone, 2, NONE, 32).count()).isEqualTo(32);
    assertThat(ExecutorCores.of(standalone.set("spark.cores.max", "4"), 2, NONE, 32).count())
        .isEqualTo(4);
  }
}
