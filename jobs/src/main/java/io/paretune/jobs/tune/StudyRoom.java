package io.paretune.jobs.tune;

import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.spark.GpuMemory;
import io.paretune.udfs.spark.GpuRoom;
import io.paretune.udfs.spark.ModelSource;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a study's candidates can run on what Spark gives them: said before any task runs. */
final class StudyRoom {
  private static final Logger LOG = LoggerFactory.getLogger(StudyRoom.class);

  private StudyRoom() {}

  /**
   * Asks all that can be asked.
   *
   * @return the source, with what GPUs that come later must have
   * @throws io.paretune.udfs.problem.InvalidInputException with everything that is too small,
   *     missing or slow
   */
  static ModelSource require(JavaSparkContext spark, ModelSource source, SearchMemory memory) {
    SparkConf conf = spark.getConf();
    ExecutorCores cores = ExecutorCores.of(spark);
    if (!conf.get("spark.master", "local").startsWith("local")) {
      LOG.info("cores of an executor: {} ({})", cores.count(), cores.source());
    }
    Problems problems = new Problems();
    checkCandidate(memory, problems);
    waiting(memory, memory.onGpus() ? SearchMemory.tasksPerGpu(conf) : cores.tasks(conf))
        .ifPresent(LOG::warn);
    checkType(conf, memory.type(), problems);
    new ExecutorMemory(memory.ofExecutor(cores.tasks(conf)))
        .check(conf, ExecutorMemory.ofThisMachine(), problems);
    ModelSource checked = source;
    if (source.usesGpus(conf)) {
      GpuRoom room =
          new GpuRoom(
              memory.ofGpu(SearchMemory.tasksPerGpu(conf)),
              "take larger GPUs, a smaller evaluation.batch, resident.pruned-layers or"
                  + " study.concurrency, or a larger spark.task.resource.gpu.amount");
      room.check(GpuMemory.everywhere(spark), problems);
      checked = source.in(room);
    }
    problems.throwIfAny();
    return checked;
  }

  /** A candidate may prune every layer, and all of them must be held. */
  static void checkCandidate(SearchMemory memory, Problems problems) {
    long given = memory.config().prunedLayerBytes();
    if (memory.candidateBytes() > given) {
      problems.add(
          "resident.pruned-layers",
          String.format(
              Locale.ROOT,
              "is %,d bytes, and a candidate of this model needs up to %,d in %s for its pruned"
                  + " layers",
              given,
              memory.candidateBytes(),
              memory.type().key()),
          "set it to at least that, times study.concurrency for candidates side by side");
    }
  }

  /**
   * What to say where one candidate has room and those that run beside each other may have none.
   *
   * @param tasks that share the memory, of as many candidates at most
   */
  static Optional<String> waiting(SearchMemory memory, int tasks) {
    long given = memory.config().prunedLayerBytes();
    int candidates = Math.min(tasks, memory.config().study().concurrency());
    long needed = candidates * memory.candidateBytes();
    if (memory.candidateBytes() > given || needed <= given) {
      return Optional.empty();
    }
    return Optional.of(
        ("resident.pruned-layers is %s, and %d candidates side by side (study.concurrency) may need"
                + " %s: tasks of one then wait, each in its slot, until another's are done")
            .formatted(MemoryNeed.megabytes(given), candidates, MemoryNeed.megabytes(needed)));
  }

  /** Executors elsewhere look for themselves. */
  private static void checkType(SparkConf conf, ComputeType type, Problems problems) {
    if (conf.get("spark.master", "local").startsWith("local")) {
      problems.collect(
          () -> {
            ModelSource.requireFast(type, Device.cpu());
            return type;
          });
    }
  }
}
