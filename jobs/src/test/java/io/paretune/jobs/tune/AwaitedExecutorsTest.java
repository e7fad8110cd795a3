package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class AwaitedExecutorsTest {
  @Test
  void whatIsAskedOfAClusterIsSaidInNumbers() {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.master", "spark://h:7077")
            .set("spark.executor.memory", "12g")
            .set("spark.executor.cores", "8")
            .set("spark.executor.resource.gpu.amount", "2");
    assertThat(AwaitedExecutors.asked(conf))
        .contains(
            "each is to have 8 cores, 12,288 MiB of heap and 2 GPUs (spark.executor.*); does"
                + " spark://h:7077 have a free machine with that?");
    assertThat(AwaitedExecutors.asked(conf.remove("spark.executor.resource.gpu.amount")))
        .get()
        .asString()
        .contains("12,288 MiB of heap (spark");
  }

  @Test
  void inOneProcessNothingIsAwaited() {
    assertThat(AwaitedExecutors.asked(new SparkConf(false).set("spark.master", "local[2]")))
        .isEmpty();
  }
}
