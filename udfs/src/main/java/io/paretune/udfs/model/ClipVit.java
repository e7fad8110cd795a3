package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.checkpoint.Activation;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.checkpoint.VisionConfig;
import io.paretune.udfs.engine.TorchScript;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** CLIP's vision transformer (arXiv 2103.00020 §2.4) up to the layer that is read. */
final class ClipVit implements VisionEncoder {
  private static final String TOWER = "vision_tower.vision_model.";

  private final TorchScript script;
  private final VisionConfig config;
  private final List<NDArray> embedding;
  private final List<List<NDArray>> layers;

  private final NDArray like;

  /**
   * @param like of the type that hidden states have; the weights may have another
   */
  ClipVit(ModelConfig model, WeightReader weights, TorchScript script, NDArray like) {
    this.script = script;
    this.like = like;
    this.config = model.vision();
    long patchPixels = 3L * config.patchSize() * config.patchSize();
    embedding =
        List.of(
            // A convolution whose stride is its kernel's size is a linear layer over patches.
            weights.read(
                TOWER + "embeddings.patch_embedding.weight", config.hiddenSize(), patchPixels),
            weights.read(TOWER + "embeddings.class_embedding"),
            weights.read(TOWER + "embeddings.position_embedding.weight"),
            weights.read(TOWER + "pre_layrnorm.weight"),
            weights.read(TOWER + "pre_layrnorm.bias"));
    layers =
        IntStream.range(0, model.visionLayersUsed())
            .mapToObj(i -> layer(weights, TOWER + "encoder.layers." + i + "."))
            .toList();
  }

  private static List<NDArray> layer(WeightReader weights, String at) {
    return List.of(
        weights.read(at + "layer_norm1.weight"),
        weights.read(at + "layer_norm1.bias"),
        weights.readRows(queryKeyValue(at, ".weight")),
        weights.readRows(queryKeyValue(at, ".bias")),
        weights.read(at + "self_attn.out_proj.weight"),
        weights.read(at + "self_attn.out_proj.bias"),
        weights.read(at + "layer_norm2.weight"),
        weights.read(at + "layer_norm2.bias"),
        weights.read(at + "mlp.fc1.weight"),
        weights.read(at + "mlp.fc1.bias"),
        weights.read(at + "mlp.fc2.weight"),
        weights.read(at + "mlp.fc2.bias"));
  }

  private static String[] queryKeyValue(String at, String suffix) {
    return Stream.of("q", "k", "v")
        .map(p -> at + "self_attn." + p + "_proj" + suffix)
        .toArray(String[]::new);
  }

  @Override
  public List<List<NDArray>> layers() {
    return layers;
  }

  @Override
  public NDArray encode(NDManager owner, NDArray pixels, VisionSource weights) {
    NDArray x = embed(owner, pixels);
    for (int l = 0; l < layers.size(); l++) {
      NDArray next =
          script.callOne(
              owner,
              "clip_layer",
              x,
              weights.layer(l),
              config.heads(),
              config.layerNormEps(),
              quick());
      x.close();
      x = next;
    }
    return x; // (I, C, E)
  }

  @Override
  public NDArray measure(
      NDManager owner,
      NDArray pixels,
      VisionSource weights,
      List<Map<InputSite, double[]>> squares) {
    NDArray x = embed(owner, pixels);
    NDArray once = Projector.once(owner, x.getShape().get(0) * x.getShape().get(1));
    for (int l = 0; l < layers.size(); l++) {
      NDList result =
          script.call(
              owner,
              "clip_layer_squares",
              x,
              weights.layer(l),
              config.heads(),
              config.layerNormEps(),
              quick(),
              once);
      x.close();
      x = result.get(0);
      Map<InputSite, double[]> seen = new EnumMap<>(InputSite.class);
      Iterator<NDArray> sums = result.subNDList(1).iterator();
      for (InputSite site : InputSite.values()) {
        seen.put(site, sums.next().toDoubleArray());
      }
      squares.add(seen);
    }
    return x;
  }

  private boolean quick() {
    return config.activation() == Activation.QUICK_GELU;
  }

  private NDArray embed(NDManager owner, NDArray pixels) {
    return script.callOne(
        owner, "clip_embed", pixels, embedding, config.patchSize(), config.layerNormEps(), like);
  }
}
