package io.paretune.udfs.spark;

import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.Place;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
 * @param types what it computes in
 * @param prunedLayerBytes most memory that an executor spends on pruned layers
 * @param room what a GPU must have; null where nobody asks
 */
public record ModelSource(
    String location,
    @Nullable String modelId,
    DevicePolicy devices,
    TypePolicy types,
    long prunedLayerBytes,
    @Nullable GpuRoom room)
    implements Serializable {
  /** So that a task does not ask the place of the files for what is here. */
  private static final Map<Asked, ResidentModel> VERIFIED = new ConcurrentHashMap<>();

  private record Asked(ModelSource source, Place place) {}

  public ModelSource {
    if (prunedLayerBytes < 0) {
      throw new IllegalArgumentException("bytes are not negative, were " + prunedLayerBytes);
    }
  }

  /** A model for which no GPU is asked whether it is large enough. */
  public ModelSource(
      String location,
      @Nullable String modelId,
      DevicePolicy devices,
      TypePolicy types,
      long prunedLayerBytes) {
    this(location, modelId, devices, types, prunedLayerBytes, null);
  }

  /** The same on GPUs that must be large enough; each is asked before the model is loaded there. */
  public ModelSource in(GpuRoom gpus) {
    return new ModelSource(location, modelId, devices, types, prunedLayerBytes, gpus);
  }

  /** A model for one candidate: whatever is there, with all the memory it takes. */
  public static ModelSource of(String location, TypePolicy types) {
    return new ModelSource(location, null, DevicePolicy.AUTO, types, Long.MAX_VALUE);
  }

  /**
   * The process's model, one for each device. One that is to be a certain model is looked for once.
   *
   * @throws InvalidInputException if it is another model than the driver's, or this processor is
   *     slow in its type
   * @throws IllegalStateException if its GPU cannot be used or is too small
   */
  public ResidentModel resident() {
    EngineThreads.configure();
    Place place = place();
    requireFast(place.type(), place.device());
    Asked asked = new Asked(this, place);
    ResidentModel verified = VERIFIED.get(asked);
    if (verified != null && verified.isOpen()) {
      return verified;
    }
    if (room != null && !place.device().isCpu()) {
      room.require(GpuMemory.of(place.device()));
    }
    ResidentModel resident = ResidentModel.of(Models.directory(location), place, prunedLayerBytes);
    if (modelId == null) {
      return resident;
    }
    String found = resident.checkpoint().modelId();
    if (!found.equals(modelId)) {
      throw new InvalidInputException(
          "model",
          "%s is model %s on executor %s and model %s for the driver"
              .formatted(location, found, SparkEnv.get().executorId(), modelId),
          "give every machine the same files, or name a place that all of them see");
    }
    VERIFIED.put(asked, resident);
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

  /** What the task computes on, and in. */
  Place place() {
    Device device = devices == DevicePolicy.CPU ? Device.cpu() : assigned();
    return new Place(device, types.on(device));
  }

  /** Whether tasks compute on GPUs. */
  public boolean usesGpus(SparkConf conf) {
    return usesGpus(devices, conf);
  }

  /** Whether tasks compute on GPUs under a policy. */
  public static boolean usesGpus(DevicePolicy devices, SparkConf conf) {
    return devices == DevicePolicy.AUTO && conf.getDouble("spark.task.resource.gpu.amount", 0) > 0;
  }

  /** What tasks compute in. */
  public ComputeType type(SparkConf conf) {
    return types.on(usesGpus(conf) ? new Device(0) : Device.cpu());
  }

  /**
   * Makes sure that this process computes fast in a type.
   *
   * @throws InvalidInputException if not
   */
  public static void requireFast(ComputeType type, Device device) {
    if (!type.isFastOn(device)) {
      SparkEnv spark = SparkEnv.get();
      throw new InvalidInputException(
          type.key(),
          "is slow on the processor of %s, which has no instructions for it"
              .formatted(spark == null ? "this machine" : "executor " + spark.executorId()),
          "leave the type (resident.type, --type) at auto, or take machines with AVX512-BF16 or"
              + " AMX");
    }
  }

  /**
   * The process's model in fp32 in CPU memory, whatever tasks compute on: what is packed or
   * written.
   *
   * @param lent the type that {@link #prunedLayerBytes} are for; there is room for as many layers
   */
  public ResidentModel onHost(ComputeType lent) {
    long bytes =
        lent == ComputeType.FP32 || prunedLayerBytes > Long.MAX_VALUE / Float.BYTES
            ? prunedLayerBytes
            : prunedLayerBytes / lent.dtype().bytes() * Float.BYTES;
    return ResidentModel.of(Models.directory(location), Place.HOST, bytes);
  }
}
