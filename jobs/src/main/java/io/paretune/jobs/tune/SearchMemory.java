package io.paretune.jobs.tune;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.udfs.cost.DecoderShape;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.MemoryNeed;
import io.paretune.udfs.cost.MemoryNeed.Part;
import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.ResidentModel;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.Projection;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;

/**
 * What candidates need of an executor's memory and of each of its GPUs.
 *
 * @param shape of the model
 * @param visionWeights of vision tower and projector, those that can be pruned
 * @param config the study's
 * @param imageTokens of an image
 * @param vocabulary tokens that there are
 * @param type that is computed in
 * @param onGpus whether it is computed on GPUs
 */
record SearchMemory(
    DecoderShape shape,
    long visionWeights,
    ParetuneConfig config,
    int imageTokens,
    int vocabulary,
    ComputeType type,
    boolean onGpus) {
  /** Of a question with its options; questions are not tokenized yet when this is asked. */
  static final int TEXT_TOKENS = 128;

  /** Of those, the ones after which a prediction is read. */
  private static final int READ_TOKENS = 16;

  private int typeBytes() {
    return type.dtype().bytes();
  }

  private long allWeights() {
    return shape.linearWeights() + shape.otherWeightBytes() / shape.bytesPerWeight();
  }

  /** Of one candidate whose every layer is pruned. */
  long candidateBytes() {
    return shape.linearWeights() * typeBytes();
  }

  /** Those that no candidate runs with are kept for the next ones, as many as may be. */
  private List<Part> pruned() {
    Part layers = new Part("pruned layers (resident.pruned-layers)", config.prunedLayerBytes());
    long visions = ResidentModel.VISIONS * visionWeights * typeBytes();
    return config.study().space().prunesVision()
        ? List.of(
            layers,
            new Part(
                "pruned vision towers and projectors",
                Math.min(visions, config.prunedLayerBytes())))
        : List.of(layers);
  }

  private Part weights(ComputeType in, String which) {
    return new Part(which + in.key() + " weights", allWeights() * in.dtype().bytes());
  }

  private Part levels() {
    return new Part("levels, one a weight", shape.linearWeights());
  }

  /**
   * Beside an executor's heap.
   *
   * @param tasks that run in it at once
   */
  MemoryNeed ofExecutor(int tasks) {
    String spare = "buffers";
    Part host = weights(ComputeType.FP32, "");
    if (onGpus) {
      Part layer =
          new Part(
              "a layer that is being pruned", shape.linearWeights() / shape.layers() * Float.BYTES);
      return new MemoryNeed(List.of(host, layer), spare);
    }
    List<Part> parts = new ArrayList<>(List.of(host));
    if (type != ComputeType.FP32) {
      parts.addAll(List.of(weights(type, "the same as "), levels()));
    }
    parts.addAll(pruned());
    parts.addAll(batches(tasks));
    return new MemoryNeed(parts, spare);
  }

  /**
   * Of a GPU.
   *
   * @param tasks that share it
   */
  MemoryNeed ofGpu(int tasks) {
    List<Part> parts = new ArrayList<>(List.of(weights(type, "")));
    parts.addAll(pruned());
    parts.add(levels());
    parts.addAll(batches(tasks));
    return new MemoryNeed(parts, "what CUDA itself takes");
  }

  /** Of an executor's heap, for an image of a shard that a task works on: (T, H) floats. */
  Part ofImage() {
    long features = (long) imageTokens * shape.hiddenSize() * Float.BYTES;
    return config.study().space().prunesVision()
        ? new Part("features, the dense model's and a pruned vision tower's", 2 * features)
        : new Part("features", features);
  }

  private List<Part> batches(int tasks) {
    return List.of(
        new Part(
            "keys and values of %d tasks' batches (evaluation.batch) of %d questions of %d tokens"
                .formatted(tasks, batch(), imageTokens + TEXT_TOKENS),
            tasks * cacheBytes()),
        new Part("their activations", tasks * activationBytes()));
  }

  private int batch() {
    return config.evaluation().batch();
  }

  /** A batch's keys and values as attention reads them, were every question about another image. */
  private long cacheBytes() {
    long halves =
        new MemoryFootprint(shape, new Workload(batch(), imageTokens + TEXT_TOKENS))
            .kvBytes(CompressionProfile.dense());
    return halves / Short.BYTES * typeBytes();
  }

  /**
   * The widest moment of a layer over the batch's image tokens, or the predictions after it: rows
   * of hidden states (input, norm in fp32, output), and gate, up and their product.
   */
  private long activationBytes() {
    long hidden = shape.hiddenSize();
    long row =
        typeBytes() * (4 * hidden + 3L * shape.rows(Projection.GATE)) + 2L * Float.BYTES * hidden;
    long layer = row * batch() * imageTokens;
    long predictions = (long) batch() * READ_TOKENS * vocabulary * (typeBytes() + 2 * Float.BYTES);
    return Math.max(layer, predictions);
  }

  /** How many tasks share a GPU, by what Spark is told to give them. */
  static int tasksPerGpu(SparkConf conf) {
    double share = conf.getDouble("spark.task.resource.gpu.amount", 1);
    int cores = conf.getInt("spark.executor.cores", Integer.MAX_VALUE);
    int slots = cores / conf.getInt("spark.task.cpus", 1);
    return Math.max(1, Math.min(slots, share > 0 ? (int) (1 / share) : 1));
  }
}
