package io.paretune.udfs.spark;

import io.paretune.udfs.engine.Device;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * Where a task finds its model.
 *
 * @param location a Hugging Face directory: a local path or a URI that Hadoop knows
 * @param prunedLayerBytes most memory that an executor spends on pruned layers
 */
public record ModelSource(String location, long prunedLayerBytes) implements Serializable {

  public ModelSource {
    if (prunedLayerBytes < 0) {
      throw new IllegalArgumentException("bytes are not negative, were " + prunedLayerBytes);
    }
  }

  /**
   * The process's model on the CPU.
   *
   * @throws InvalidInputException if Spark gave the task a GPU, which is not supported yet
   */
  public ResidentModel resident() {
    return ResidentModel.of(Models.directory(location), device(), prunedLayerBytes);
  }

  /** The GPU that Spark gave the task, or else the CPU. */
  static Device assigned() {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    return gpu == null || gpu.addresses().length == 0
        ? Device.cpu()
        : Device.parse("spark.task.resource.gpu", "gpu:" + gpu.addresses()[0]);
  }

  private static Device device() {
    if (!assigned().isCpu()) {
      throw new InvalidInputException(
          "spark.task.resource.gpu.amount",
          "candidates cannot be pruned on a GPU yet",
          "leave GPUs out of the task's resources: candidates run on the CPU");
    }
    return Device.cpu();
  }

  /** The process's model in CPU memory, whatever device the task was given: what is packed. */
  ResidentModel onCpu() {
    return ResidentModel.of(Models.directory(location), Device.cpu(), prunedLayerBytes);
  }
}
