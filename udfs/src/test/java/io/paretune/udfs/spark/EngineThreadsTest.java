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
    return EngineThreads.perTask(conf);
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
}
