package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ExecutorMemoryTest {
  /** A 7B model with two candidates side by side. */
  private static final ExecutorMemory LARGE =
      new ExecutorMemory(
          new MemoryNeed(
              List.of(
                  new MemoryNeed.Part("fp32 weights", 28_000_000_000L),
                  new MemoryNeed.Part("pruned layers", 52_000_000_000L)),
              "activations and caches"));

  /** The driver's: executors are elsewhere. */
  private static final long MACHINE = 8L << 30;

  private static SparkConf conf(String master) {
    return new SparkConf(false).set("spark.master", master).set("spark.executor.memory", "12g");
  }

  private static Problems problems(SparkConf conf, long machine) {
    Problems problems = new Problems();
    LARGE.check(conf, machine, problems);
    return problems;
  }

  @Test
  void tooLittleOverheadIsRefusedWithNumbersWhereItIsEnforced() {
    assertThatThrownBy(problems(conf("yarn"), MACHINE)::throwIfAny)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "spark.executor.memoryOverhead: is 1,228 MiB, and an executor needs 83,924 MiB: 28,000"
                + " MB of fp32 weights, 52,000 MB of pruned layers, and a tenth for activations and"
                + " caches — give --conf spark.executor.memoryOverhead=83924m");
    assertThatThrownBy(
            problems(
                    conf("k8s://https://h:6443").set("spark.executor.memoryOverhead", "80g"),
                    MACHINE)
                ::throwIfAny)
        .hasMessageContaining("is 81,920 MiB");
  }

  @Test
  void aMachineThatIsTooSmallIsRefusedWithNumbersWhereExecutorsRunOnIt() {
    assertThatThrownBy(problems(conf("local[*]"), 83_923L << 20)::throwIfAny)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "model: this machine has 83,923 MiB of memory, and the model needs 83,924 MiB: 28,000"
                + " MB of fp32 weights")
        .hasMessageEndingWith(
            "take a machine with more, or a smaller resident.pruned-layers or evaluation.batch");
    assertThat(ExecutorMemory.ofThisMachine()).isGreaterThan(1L << 28);
  }

  @Test
  void enoughOverheadAndManagersThatDoNotLookAreFine() {
    assertThat(
            problems(conf("yarn").set("spark.executor.memoryOverhead", "82g"), MACHINE).isEmpty())
        .isTrue();
    assertThat(
            problems(conf("yarn").set("spark.executor.memoryOverheadFactor", "7"), MACHINE)
                .isEmpty())
        .isTrue();
    assertThat(
            problems(conf("yarn").set("spark.executor.minMemoryOverhead", "82g"), MACHINE)
                .isEmpty())
        .isTrue();
    assertThat(problems(conf("spark://h:7077"), MACHINE).isEmpty()).isTrue();
    assertThat(problems(conf("local[2]"), 83_924L << 20).isEmpty()).isTrue();
  }
}
