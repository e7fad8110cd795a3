package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ExecutorMemoryTest {
  /** A 7B model with two candidates side by side. */
  private static final ExecutorMemory LARGE = new ExecutorMemory(28_000_000_000L, 52_000_000_000L);

  private static SparkConf conf(String master) {
    return new SparkConf(false).set("spark.master", master).set("spark.executor.memory", "12g");
  }

  @Test
  void tooLittleOverheadIsRefusedWithNumbersWhereItIsEnforced() {
    assertThatThrownBy(() -> LARGE.requireOverhead(conf("yarn")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "spark.executor.memoryOverhead: is 1,228 MiB, and an executor needs 83,924 MiB: 28,000"
                + " MB of fp32 weights and 52,000 MB of pruned layers (resident.pruned-layers,"
                + " study.concurrency), and a tenth for activations and caches — give --conf"
                + " spark.executor.memoryOverhead=83924m");
    assertThatThrownBy(
            () ->
                LARGE.requireOverhead(
                    conf("k8s://https://h:6443").set("spark.executor.memoryOverhead", "80g")))
        .hasMessageContaining("is 81,920 MiB");
  }

  @Test
  void enoughOverheadAndManagersThatDoNotLookAreFine() {
    assertThatCode(
            () -> LARGE.requireOverhead(conf("yarn").set("spark.executor.memoryOverhead", "82g")))
        .doesNotThrowAnyException();
    assertThatCode(() -> LARGE.requireOverhead(conf("spark://h:7077"))).doesNotThrowAnyException();
    assertThatCode(() -> LARGE.requireOverhead(conf("local[2]"))).doesNotThrowAnyException();
  }
}
