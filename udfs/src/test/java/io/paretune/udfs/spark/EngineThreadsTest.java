package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class EngineThreadsTest {
  private static int perTask(String... settings) {
    SparkConf conf = new SparkConf(false);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      conf.set("spark." + setting.substring(0, equals), setting.substring(equals + 1));
    }
    return EngineThreads.perTask(conf, 32);
  }

  @Test
  void coresAreSharedByTheTasksThatRunAtOnce() {
    assertThat(perTask()).isEqualTo(1);
    assertThat(perTask("executor.cores=8")).isEqualTo(1);
    assertThat(perTask("executor.cores=8", "task.cpus=4")).isEqualTo(4);
    assertThat(perTask("executor.cores=8", "task.cpus=3")).as("two tasks and a bit").isEqualTo(3);
  }

  @Test
  void gpusMayBeFewerThanCores() {
    String[] two = {
      "executor.cores=8", "executor.resource.gpu.amount=2", "task.resource.gpu.amount=1"
    };
    assertThat(perTask(two)).as("one task a GPU").isEqualTo(4);
    two[2] = "task.resource.gpu.amount=0.25";
    assertThat(perTask(two)).as("four streams a GPU").isEqualTo(1);
  }

  @Test
  void onAStandaloneClusterAnExecutorHasAllCoresIfNobodySaysHowMany() {
    String[] two = {
      "master=spark://h:7077", "executor.resource.gpu.amount=2", "task.resource.gpu.amount=1"
    };
    assertThat(perTask(two)).as("two tasks on 32 processors").isEqualTo(16);
    assertThat(perTask("master=spark://h:7077")).as("a task for each").isEqualTo(1);
    assertThat(perTask(two[0], two[1], two[2], "cores.max=8")).isEqualTo(4);
    assertThat(perTask(two[0], two[1], two[2], "executor.cores=4")).isEqualTo(2);
    two[0] = "master=yarn";
    assertThat(perTask(two)).as("elsewhere Spark asks for one").isEqualTo(1);
  }
}
