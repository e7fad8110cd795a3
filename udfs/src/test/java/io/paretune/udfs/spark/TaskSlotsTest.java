package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class TaskSlotsTest {
  @Test
  void tasksTakeCoresAndPartsOfGpus() {
    SparkConf conf = new SparkConf(false);
    assertThat(TaskSlots.of(conf, 6)).isEqualTo(6);
    conf.set("spark.task.cpus", "4");
    assertThat(TaskSlots.of(conf, 11)).isEqualTo(2);
    assertThat(TaskSlots.of(conf, 3)).isEqualTo(1);
    conf.set("spark.task.cpus", "1")
        .set("spark.executor.resource.gpu.amount", "3")
        .set("spark.task.resource.gpu.amount", "2");
    assertThat(TaskSlots.of(conf, 32)).isEqualTo(1);
    conf.set("spark.task.resource.gpu.amount", "0.4");
    assertThat(TaskSlots.of(conf, 32)).as("two on each").isEqualTo(6);
    assertThat(TaskSlots.of(conf, 5)).isEqualTo(5);
  }
}
