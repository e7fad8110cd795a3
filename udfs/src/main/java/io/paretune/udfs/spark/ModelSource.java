package io.paretune.udfs.spark;

import io.paretune.udfs.engine.Device;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import java.util.Map;
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

  private static Device device() {
    TaskContext task = TaskContext.get();
    Map<String, ResourceInformation> resources = task == null ? Map.of() : task.resourcesJMap();
    if (resources.containsKey("gpu")) {
      throw new InvalidInputException(
          "spark.task.resource.gpu.amount",
          "candidates cannot be pruned on a GPU yet",
          "leave GPUs out of the task's resources: candidates run on the CPU");
    }
    return Device.cpu();
  }
}
