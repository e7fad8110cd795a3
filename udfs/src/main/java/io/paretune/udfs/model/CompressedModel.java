package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.DType;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.engine.Device;
import io.paretune.udfs.engine.NativeEngine;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.kvcache.KvKernels;
import io.paretune.udfs.kvcache.KvStorage;
import io.paretune.udfs.profile.CompressionProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A model in the memory that its profile promises: pruned matrices are a bitmask and what is left
 * of the weights, everything else is in the type of the file, and a layer is expanded just before
 * it runs, into a workspace of one layer. Computes what {@link MultimodalModel} computes with the
 * same layers. Not safe for use by many threads.
 */
public final class CompressedModel implements AutoCloseable {
  private final ModelConfig config;
  private final CompressionProfile profile;
  private final NDManager manager;
  private final NDManager scratch;
  private final TorchScript script;
  private final DType computed;
  private final ImageFeatures images;
  private final VisionSource vision;
  private final Decoder decoder;
  private final List<StoredLayer> layers = new ArrayList<>();
  private final List<NDArray> workspace = new ArrayList<>();
  private final List<NDArray> visionWorkspace = new ArrayList<>();

  private CompressedModel(
      Checkpoint checkpoint,
      Device device,
      DType computed,
      CompressionProfile profile,
      VisionWeights pruned) {
    this.config = checkpoint.config();
    this.profile = profile;
    this.script = TorchScript.compiled(device, ModelKernels.TEXTS);
    this.manager = NativeEngine.newManager(device);
    this.scratch = NativeEngine.newManager(device);
    this.computed = computed;
    WeightReader weights = WeightReader.asStored(checkpoint, script, manager);
    this.decoder = new Decoder(config.text(), weights, script, computed);
    this.images = new ImageFeatures(config, weights, script, decoder.like());
    if (profile.vision().isDense()) {
      this.vision = images.weights();
    } else {
      StoredVision packed =
          new StoredVision(
              manager,
              scratch,
              script,
              profile.vision(),
              images.weights(),
              pruned,
              checkpoint.dtype(
                  "vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.weight"),
              checkpoint.dtype("multi_modal_projector.linear_1.weight"),
              decoder.like());
      this.vision = packed;
      visionWorkspace.addAll(packed.workspace());
    }
  }

  /**
   * Packs a model.
   *
   * @param computed the type that hidden states have: fp32, or bf16 where the device is fast in it
   * @param profile what was done to the layers; its key and value bits are the cache's
   * @param layers each layer's weights, pruned as the profile says, of values of the file's type;
   *     asked for in order, and done with when the next one is asked for
   * @param vision vision tower and projector, pruned as the profile says
   */
  public static CompressedModel of(
      Checkpoint checkpoint,
      Device device,
      DType computed,
      CompressionProfile profile,
      IntFunction<LayerWeights> layers,
      VisionWeights vision) {
    CompressedModel model = new CompressedModel(checkpoint, device, computed, profile, vision);
    return Undo.unlessDone(
        model::close,
        () -> {
          model.addLayers(checkpoint, computed, layers);
          model.makeWorkspace();
          return model;
        });
  }

  private void addLayers(Checkpoint checkpoint, DType computed, IntFunction<LayerWeights> given) {
    for (int i = 0; i < config.text().layers(); i++) {
      DType stored = checkpoint.dtype("language_model.model.layers." + i + ".mlp.down_proj.weight");
      layers.add(StoredLayer.of(manager, script, config.text(), stored, computed, given.apply(i)));
    }
  }

  private void makeWorkspace() {
    for (int m = 0; m < layers.get(0).matrices().size(); m++) {
      int index = m;
      if (layers.stream().anyMatch(l -> !l.matrices().get(index).isPlain(computed))) {
        StoredMatrix shape = layers.get(0).matrices().get(m);
        workspace.add(
            script.callOne(scratch, "workspace", decoder.like(), shape.rows(), shape.columns()));
      } else {
        workspace.add(scratch.create(0f));
      }
    }
  }

  private List<NDArray> weights(int layer) {
    List<NDArray> matrices = new ArrayList<>();
    try (NDManager pass = scratch.newSubManager()) {
      for (int m = 0; m < workspace.size(); m++) {
        StoredMatrix matrix = layers.get(layer).matrices().get(m);
        if (matrix.isPlain(computed)) {
          matrices.add(matrix.plain());
        } else {
          matrix.expand(pass, workspace.get(m));
          matrices.add(workspace.get(m));
        }
      }
    }
    return layers.get(layer).arrays(matrices);
  }

  public ModelConfig config() {
    return config;
  }

  /** A manager for one pass; close it when its results are no longer needed. */
  public NDManager newManager() {
    return scratch.newSubManager();
  }

  /** What the decoder sees of each image; as {@link MultimodalModel#imageFeatures}. */
  public NDArray imageFeatures(NDManager owner, List<float[]> pixels) {
    return images.of(owner, pixels, vision);
  }

  /** The model as a server runs it, with packed keys and values; close it before the model. */
  public Serving serving() {
    return new Serving(scratch, decoder, config.text(), profile, this::weights, KvStorage.PACKED);
  }

  /** Bytes of the model's tensors. */
  public long weightBytes() {
    return bytes(manager.getManagedArrays());
  }

  /** Bytes of the room that a layer is expanded into. */
  public long workspaceBytes() {
    return bytes(workspace) + (visionWorkspace.isEmpty() ? 0 : bytes(visionWorkspace));
  }

  private long bytes(List<NDArray> arrays) {
    return KvKernels.bytes(scratch, script, arrays);
  }

  @Override
  public void close() {
    scratch.close();
    manager.close();
  }
}
