package io.paretune.udfs.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors that a configuration's model reads, with their shapes, under canonical names. */
final class RequiredTensors {
  private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

  private RequiredTensors() {}

  static Map<String, List<Long>> of(ModelConfig config) {
    RequiredTensors required = new RequiredTensors();
    required.decoder(config.text());
    required.encoder(config);
    required.projector(config);
    return required.shapes;
  }

  private void decoder(DecoderConfig text) {
    long hidden = text.hiddenSize();
    long inner = text.intermediateSize();
    long queries = (long) text.heads() * text.headDim();
    long keys = (long) text.kvHeads() * text.headDim();
    add(TensorNames.EMBEDDING, text.vocabSize(), hidden);
    for (int layer = 0; layer < text.layers(); layer++) {
      String at = "language_model.model.layers." + layer + ".";
      add(at + "input_layernorm.weight", hidden);
      add(at + "self_attn.q_proj.weight", queries, hidden);
      add(at + "self_attn.k_proj.weight", keys, hidden);
      add(at + "self_attn.v_proj.weight", keys, hidden);
      add(at + "self_attn.o_proj.weight", hidden, queries);
      add(at + "post_attention_layernorm.weight", hidden);
      add(at + "mlp.gate_proj.weight", inner, hidden);
      add(at + "mlp.up_proj.weight", inner, hidden);
      add(at + "mlp.down_proj.weight", hidden, inner);
    }
    add("language_model.model.norm.weight", hidden);
    if (!text.tieWordEmbeddings()) {
      add(TensorNames.OUTPUT, text.vocabSize(), hidden);
    }
  }

  /** Layers after the feature layer and the final norm are never run, so they may be absent. */
  private void encoder(ModelConfig config) {
    VisionConfig vision = config.vision();
    long hidden = vision.hiddenSize();
    long inner = vision.intermediateSize();
    String tower = "vision_tower.vision_model.";
    add(tower + "embeddings.class_embedding", hidden);
    add(
        tower + "embeddings.patch_embedding.weight",
        hidden,
        3,
        vision.patchSize(),
        vision.patchSize());
    add(tower + "embeddings.position_embedding.weight", vision.patches() + 1L, hidden);
    linear(tower + "pre_layrnorm", hidden);
    for (int layer = 0; layer < config.visionLayersUsed(); layer++) {
      String at = tower + "encoder.layers." + layer + ".";
      linear(at + "layer_norm1", hidden);
      for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        linear(at + "self_attn." + projection, hidden, hidden);
      }
      linear(at + "layer_norm2", hidden);
      linear(at + "mlp.fc1", inner, hidden);
      linear(at + "mlp.fc2", hidden, inner);
    }
  }

  private void projector(ModelConfig config) {
    long hidden = config.text().hiddenSize();
    linear("multi_modal_projector.linear_1", hidden, config.vision().hiddenSize());
    linear("multi_modal_projector.linear_2", hidden, hidden);
  }

  private void linear(String name, long... shape) {
    add(name + ".weight", shape);
    add(name + ".bias", shape[0]);
  }

  private void add(String name, long... shape) {
    shapes.put(name, Arrays.stream(shape).boxed().toList());
  }
}
