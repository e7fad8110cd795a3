package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import org.junit.jupiter.api.Test;

class ShardHeapTest {
  /** LLaVA-1.5-7B's images. */
  private static final MemoryNeed.Part IMAGE = new MemoryNeed.Part("features", 576 * 4096 * 4);

  private static Problems problems(int slots, long heapGib, long images, int shards) {
    Problems problems = new Problems();
    new ShardHeap(IMAGE, slots, heapGib << 30, "spark.executor.memory")
        .check("val", images, shards, 2, problems);
    return problems;
  }

  @Test
  void shardsThatTasksCannotHoldAtOnceAreRefusedWithNumbersAndWhatHelps() {
    assertThatThrownBy(problems(4, 12, 400, 8)::throwIfAny)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "study.shards: is 8, so that a shard of the split \"val\" has up to 400 images; of each"
                + " a task holds 9,437,184 bytes of features, and an executor's 4 tasks 15,099 MB;"
                + " 60 % of its heap are 7,730 MB — set it to at least 16, or make"
                + " spark.executor.memory so large that the heap has 24,000 MiB");
  }

  @Test
  void whatHelpsDoes() {
    assertThat(problems(4, 12, 400 / 2, 8 * 2).isEmpty()).isTrue();
    Problems larger = new Problems();
    new ShardHeap(IMAGE, 4, 24_000L << 20, "spark.executor.memory").check("val", 400, 8, 2, larger);
    assertThat(larger.isEmpty()).isTrue();
  }

  @Test
  void whereNotEvenOneImageForEachTaskFitsMoreShardsAreNoRemedy() {
    assertThatThrownBy(problems(128, 1, 2, 64)::throwIfAny)
        .hasMessageEndingWith(" — make spark.executor.memory so large that the heap has 3,840 MiB");
  }

  @Test
  void noMoreTasksRunAtOnceThanCandidatesHaveShards() {
    assertThat(problems(32, 12, 400, 1).isEmpty()).as("a shard of each of two").isTrue();
    assertThat(problems(32, 12, 400, 2).isEmpty()).as("two of each").isFalse();
  }
}
