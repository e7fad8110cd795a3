package io.paretune.jobs.tune;

import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.spark.GpuMemory;
import io.paretune.udfs.spark.GpuRoom;
import io.paretune.udfs.spark.ModelSource;
import java.util.Locale;
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
    Problems problems = new Problems();
    checkCandidate(memory, problems);
    checkType(conf, memory.type(), problems);
    ExecutorCores cores = ExecutorCores.of(spark);
    if (!conf.get("spark.master", "local").startsWith("local")) {
      LOG.info("cores of an executor: {} ({})", cores.count(), cores.source());
    }
    int tasks = cores.tasks(conf);
    new ExecutorMemory(memory.ofExecutor(tasks))
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
