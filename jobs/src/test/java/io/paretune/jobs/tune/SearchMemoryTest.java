package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.problem.Problems;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SearchMemoryTest {
  /** LLaVA-1.5-7B: 6.476 G weights in the decoder's layers, 587 M others (bf16). */
  private static final DecoderShape LLAVA =
      new DecoderShape(32, 4096, 11008, 32, 32, 128, 2, 2 * 586_800_000L);

  private static SearchMemory memory(ComputeType type, boolean onGpus, String... words) {
    return new SearchMemory(
        LLAVA,
        300_000_000,
        ParetuneConfig.read(Optional.empty(), List.of(words), Set.of()),
        576,
        32064,
        type,
        onGpus);
  }

  @Test
  void aGpuHoldsTheModelTheLayersThatCandidatesShareTheirLevelsAndEveryTasksBatch() {
    MemoryNeed need =
        memory(
                ComputeType.BF16,
                true,
                "resident.pruned-layers=\"13 GB\"",
                "study.concurrency=2",
                "evaluation.batch=8")
            .ofGpu(2);

    assertThat(need.described())
        .isEqualTo(
            "14,125 MB of bf16 weights, 13,000 MB of pruned layers (resident.pruned-layers),"
                + " 6,476 MB of levels, one a weight, 5,905 MB of keys and"
                + " values of 2 tasks' batches (evaluation.batch) of 8 questions of 704 tokens,"
                + " 1,212 MB of their activations, and a tenth for what CUDA itself takes");
    assertThat(need.bytes()).isBetween(44_790_000_000L, 44_800_000_000L);
  }

  @Test
  void anExecutorHoldsTheHostsWeightsAndWhereThereIsNoGpuWhatCandidatesRunOn() {
    String[] words = {"resident.pruned-layers=\"60 GB\"", "evaluation.batch=8"};
    assertThat(memory(ComputeType.FP32, false, words).ofExecutor(2).described())
        .isEqualTo(
            "28,251 MB of fp32 weights, 60,000 MB of pruned layers (resident.pruned-layers),"
                + " 11,811 MB of keys and values of 2 tasks' batches (evaluation.batch) of 8"
                + " questions of 704 tokens, 2,123 MB of their activations, and a tenth for"
                + " buffers");
    assertThat(memory(ComputeType.BF16, false, words).ofExecutor(1).described())
        .startsWith(
            "28,251 MB of fp32 weights, 14,125 MB of the same as bf16 weights, 6,476 MB of levels,"
                + " one a weight, 60,000 MB of pruned");
    assertThat(memory(ComputeType.BF16, true, words).ofExecutor(8).described())
        .isEqualTo(
            "28,251 MB of fp32 weights, 809 MB of a layer that is being pruned, and a tenth for"
                + " buffers");
  }

  @Test
  void whereTheSpacePrunesVisionFourTowersAreKeptAsWellIfTheyFitTheBudget() {
    String[] words = {
      "resident.pruned-layers=\"60 GB\"", "study.space.vision-pruning-ratios=[0, 0.3]"
    };
    assertThat(memory(ComputeType.FP32, false, words).ofExecutor(1).described())
        .contains("60,000 MB of pruned layers (resident.pruned-layers), 4,800 MB of pruned vision");
    assertThat(memory(ComputeType.BF16, true, words).ofGpu(1).described())
        .contains(", 2,400 MB of pruned vision towers and projectors, 6,476 MB of levels");
    words[0] = "resident.pruned-layers=\"1 GB\"";
    assertThat(memory(ComputeType.FP32, false, words).ofExecutor(1).described())
        .contains(", 1,000 MB of pruned vision towers");
  }

  @Test
  void roomForLessThanOneCandidateIsRefusedWithNumbersOfTheType() {
    Problems problems = new Problems();
    StudyRoom.checkCandidate(
        memory(ComputeType.BF16, true, "resident.pruned-layers=\"12 GB\""), problems);

    assertThatThrownBy(problems::throwIfAny)
        .hasMessage(
            "resident.pruned-layers: is 12,000,000,000 bytes, and a candidate of this model needs"
                + " up to 12,952,010,752 in bf16 for its pruned layers — set it to at least that,"
                + " times study.concurrency for candidates side by side");
    Problems none = new Problems();
    StudyRoom.checkCandidate(
        memory(ComputeType.BF16, true, "resident.pruned-layers=\"13 GB\""), none);
    assertThat(none.isEmpty()).isTrue();
  }

  @Test
  void thatCandidatesSideBySideWaitForEachOtherIsSaidWithNumbers() {
    assertThat(waiting(4, "resident.pruned-layers=\"26 GB\"", "study.concurrency=3"))
        .contains(
            "resident.pruned-layers is 26,000 MB, and 3 candidates side by side"
                + " (study.concurrency) may need 77,712 MB: tasks of one then wait, each in its"
                + " slot, until another's are done");
    assertThat(waiting(2, "resident.pruned-layers=\"52 GB\"", "study.concurrency=3"))
        .as("two tasks are of two candidates at most")
        .isEmpty();
    assertThat(waiting(4, "resident.pruned-layers=\"20 GB\"", "study.concurrency=3"))
        .as("refused anyway")
        .isEmpty();
  }

  private static Optional<String> waiting(int tasks, String... words) {
    return StudyRoom.waiting(memory(ComputeType.FP32, false, words), tasks);
  }

  @Test
  void tasksShareAGpuAsSparkIsToldAndNoMoreThanThereAreSlots() {
    SparkConf conf = new SparkConf(false).set("spark.task.resource.gpu.amount", "0.25");
    assertThat(SearchMemory.tasksPerGpu(conf)).isEqualTo(4);
    assertThat(SearchMemory.tasksPerGpu(conf.clone().set("spark.executor.cores", "3")))
        .isEqualTo(3);
    assertThat(
            SearchMemory.tasksPerGpu(
                conf.clone().set("spark.executor.cores", "4").set("spark.task.cpus", "2")))
        .isEqualTo(2);
    assertThat(SearchMemory.tasksPerGpu(conf.clone().set("spark.task.resource.gpu.amount", "2")))
        .isEqualTo(1);
  }
}
