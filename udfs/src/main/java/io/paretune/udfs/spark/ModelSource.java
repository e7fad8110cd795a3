package io.paretune.udfs.spark;

import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/**
 * Where a task finds its model.
 *
 * @param location a Hugging Face directory: a local path or a URI that Hadoop knows
 * @param modelId what the model must be, by its content's hash; null where it does not matter (an
 *     Optional cannot be serialized)
 * @param devices what it runs on
 * @param prunedLayerBytes most memory that an executor spends on pruned layers
 */
public record ModelSource(
    String location, @Nullable String modelId, DevicePolicy devices, long prunedLayerBytes)
    implements Serializable {

  public ModelSource {
    if (prunedLayerBytes < 0) {
      throw new IllegalArgumentException("bytes are not negative, were " + prunedLayerBytes);
    }
  }

  /** A model for one candidate: whatever is there, with all the memory it takes. */
  public static ModelSource of(String location) {
    return new ModelSource(location, null, DevicePolicy.AUTO, Long.MAX_VALUE);
  }

  /**
   * The process's model, one for each device.
   *
   * @throws InvalidInputException if it is another model than the driver's, or Spark gave the task
   *     a GPU, which is not supported yet
   */
  public ResidentModel resident() {
    EngineThreads.configure();
    ResidentModel resident =
        ResidentModel.of(Models.directory(location), device(), prunedLayerBytes);
    String found = modelId == null ? null : resident.checkpoint().modelId();
    if (found != null && !found.equals(modelId)) {
      throw new InvalidInputException(
          "model",
          "%s is model %s on executor %s and model %s for the driver"
              .formatted(location, found, SparkEnv.get().executorId(), modelId),
          "give every machine the same files, or name a place that all of them see");
    }
    return resident;
  }

  /** The GPU that Spark gave the task, or else the CPU. */
  static Device assigned() {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    return gpu == null || gpu.addresses().length == 0
        ? Device.cpu()
        : Device.parse("spark.task.resource.gpu", "gpu:" + gpu.addresses()[0]);
  }

  private Device device() {
    if (devices == DevicePolicy.AUTO && !assigned().isCpu()) {
      throw noGpuYet();
    }
    return Device.cpu();
  }

  private static InvalidInputException noGpuYet() {
    return new InvalidInputException(
        "spark.task.resource.gpu.amount",
        "candidates cannot be pruned on a GPU yet",
        "leave GPUs out of the task's resources, or set resident.device=cpu");
  }

  /**
   * Makes sure before any task runs that tasks can use what Spark is going to give them.
   *
   * @throws InvalidInputException if it is a GPU, which is not supported yet
   */
  public void requireUsable(SparkConf conf) {
    if (devices == DevicePolicy.AUTO && conf.getDouble("spark.task.resource.gpu.amount", 0) > 0) {
      throw noGpuYet();
    }
  }

  /** The process's model in CPU memory, whatever device the task was given: what is packed. */
  ResidentModel onCpu() {
    return ResidentModel.of(Models.directory(location), Device.cpu(), prunedLayerBytes);
  }
}
