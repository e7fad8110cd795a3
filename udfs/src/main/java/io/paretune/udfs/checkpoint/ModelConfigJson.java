package io.paretune.udfs.checkpoint;

import com.google.gson.JsonElement;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code config.json}. Absent keys take the defaults of transformers 5
 * (configuration_{llava,clip,llama}.py); a value that asks for arithmetic that the model code does
 * not have is refused.
 */
final class ModelConfigJson {
  private static final Map<String, Activation> IMAGE_ACTIVATIONS =
      Map.of(
          Activation.GELU.key(),
          Activation.GELU,
          Activation.QUICK_GELU.key(),
          Activation.QUICK_GELU);

  /** Far above any model; a configuration must not make the list of its tensors a burden. */
  private static final int MOST_LAYERS = 4096;

  private static final int MOST_PIXELS_A_SIDE = 1 << 14;

  private final Problems problems = new Problems();
  private final JsonKeys root;
  private final JsonKeys text;
  private final JsonKeys vision;

  private ModelConfigJson(Path file) {
    root = JsonKeys.read(file, problems);
    text = root.object("text_config");
    vision = root.object("vision_config");
  }

  /**
   * Reads the configuration of a model directory.
   *
   * @param directory holds {@code config.json} and perhaps {@code generation_config.json}, whose
   *     end tokens are the ones that transformers generates with
   * @param stored the type of the stored weights, for a config that names none
   * @throws InvalidInputException with everything that is wrong
   */
  static ModelConfig read(Path directory, DType stored) {
    ModelConfigJson json = new ModelConfigJson(directory.resolve("config.json"));
    Path generation = directory.resolve("generation_config.json");
    Optional<JsonKeys> keys =
        Files.exists(generation)
            ? Optional.of(JsonKeys.read(generation, json.problems))
            : Optional.empty();
    return json.model(keys, stored);
  }

  private ModelConfig model(Optional<JsonKeys> generation, DType stored) {
    JsonElement architectures = root.find("architectures");
    if (!root.text("model_type", "llava").equals("llava")
        || (architectures != null
            && !architectures.toString().equals("[\"LlavaForConditionalGeneration\"]"))) {
      root.note(
          "architectures",
          "the model is a %s %s".formatted(root.text("model_type", "?"), architectures),
          "this version runs LlavaForConditionalGeneration (model_type \"llava\")");
      problems.throwIfAny();
    }
    for (String key : List.of("text_config", "vision_config")) {
      if (!root.has(key)) {
        root.note(key, "is missing", "");
      }
    }
    refuseBut(text, "model_type", "llama");
    refuseBut(vision, "model_type", "clip_vision_model");
    if (!root.flag("multimodal_projector_bias", true)) {
      root.note(
          "multimodal_projector_bias", "is false; this version runs projectors with bias", "");
    }
    int visionLayers = (int) vision.whole("num_hidden_layers", 12L, 1, MOST_LAYERS);
    int featureLayer =
        (int) root.whole("vision_feature_layer", -2L, -(long) visionLayers - 1, visionLayers);
    FeatureSelect select =
        root.oneOf(
            "vision_feature_select_strategy",
            "default",
            Map.of("default", FeatureSelect.DEFAULT, "full", FeatureSelect.FULL));
    Activation projector = root.oneOf("projector_hidden_act", "gelu", IMAGE_ACTIVATIONS);
    String imageToken = root.has("image_token_id") ? "image_token_id" : "image_token_index";
    long imageTokenId = root.whole(imageToken, 32000L, 0, text.size("vocab_size", 32000) - 1L);
    DType dtype = dtype(stored);
    Optional<DecoderConfig> decoder = decoder(generation);
    Optional<VisionConfig> encoder = encoder(visionLayers);
    problems.throwIfAny();
    return new ModelConfig(
        decoder.orElseThrow(),
        encoder.orElseThrow(),
        imageTokenId,
        featureLayer,
        select,
        projector,
        dtype);
  }

  private Optional<DecoderConfig> decoder(Optional<JsonKeys> generation) {
    int hidden = text.size("hidden_size", 4096);
    int heads = text.size("num_attention_heads", 32);
    int kvHeads = text.size("num_key_value_heads", heads);
    if (!text.has("head_dim") && hidden % heads != 0) {
      text.note(
          "num_attention_heads",
          "is %d, no divisor of hidden_size %d".formatted(heads, hidden),
          "");
    }
    int headDim = text.size("head_dim", Math.max(1, hidden / heads));
    if (headDim % 2 != 0) {
      text.note("head_dim", "must be even, was " + headDim, "");
    }
    if (heads % kvHeads != 0) {
      text.note(
          "num_key_value_heads",
          "is %d, no divisor of num_attention_heads %d".formatted(kvHeads, heads),
          "");
    }
    refuseBut(text, "hidden_act", "silu");
    for (String bias : List.of("attention_bias", "mlp_bias")) {
      if (text.flag(bias, false)) {
        text.note(bias, "is true; this version runs decoders without bias", "");
      }
    }
    if (text.size("pretraining_tp", 1) != 1) {
      text.note("pretraining_tp", "must be 1", "");
    }
    int vocabSize = text.size("vocab_size", 32000);
    double theta = ropeTheta();
    boolean tied =
        root.flag("tie_word_embeddings", false) || text.flag("tie_word_embeddings", false);
    List<Long> eos = text.tokens("eos_token_id", List.of(2L));
    if (generation.isPresent()) {
      eos = generation.get().tokens("eos_token_id", eos);
    }
    DecoderConfig unchecked = null;
    int intermediate = text.size("intermediate_size", 11008);
    int layers = (int) text.whole("num_hidden_layers", 32L, 1, MOST_LAYERS);
    double eps = text.positive("rms_norm_eps", 1e-6);
    int positions = text.size("max_position_embeddings", 2048);
    for (long id : eos) {
      if (id < 0 || id >= vocabSize) {
        text.note(
            "eos_token_id", "must be in the vocabulary of %d, was %d".formatted(vocabSize, id), "");
      }
    }
    if (problems.isEmpty()) {
      unchecked =
          new DecoderConfig(
              hidden,
              intermediate,
              layers,
              heads,
              kvHeads,
              headDim,
              vocabSize,
              eps,
              theta,
              positions,
              tied,
              eos);
    }
    return Optional.ofNullable(unchecked);
  }

  private Optional<VisionConfig> encoder(int layers) {
    int hidden = vision.size("hidden_size", 768);
    int heads = vision.size("num_attention_heads", 12);
    if (hidden % heads != 0) {
      vision.note(
          "num_attention_heads",
          "is %d, no divisor of hidden_size %d".formatted(heads, hidden),
          "");
    }
    if (vision.size("num_channels", 3) != 3) {
      vision.note("num_channels", "must be 3", "");
    }
    int intermediate = vision.size("intermediate_size", 3072);
    int image = (int) vision.whole("image_size", 224L, 1, MOST_PIXELS_A_SIDE);
    int patch = vision.size("patch_size", 32);
    if (patch > image) {
      vision.note("patch_size", "is %d, more than image_size %d".formatted(patch, image), "");
    }
    double eps = vision.positive("layer_norm_eps", 1e-5);
    Activation activation = vision.oneOf("hidden_act", "quick_gelu", IMAGE_ACTIVATIONS);
    return problems.isEmpty()
        ? Optional.of(
            new VisionConfig(hidden, intermediate, layers, heads, image, patch, eps, activation))
        : Optional.empty();
  }

  /**
   * Older files have {@code rope_theta} and {@code rope_scaling}, newer ones both in one object.
   */
  private double ropeTheta() {
    double theta = text.positive("rope_theta", 10000);
    if (text.has("rope_scaling")) {
      requireDefaultRope(text.object("rope_scaling"));
    }
    JsonKeys parameters = text.object("rope_parameters");
    requireDefaultRope(parameters);
    return parameters.positive("rope_theta", theta);
  }

  private static void requireDefaultRope(JsonKeys rope) {
    refuseBut(rope, "rope_type", "default");
    refuseBut(rope, "type", "default");
    double partial = rope.positive("partial_rotary_factor", 1);
    if (partial != 1) {
      rope.note("partial_rotary_factor", "must be 1, was " + partial, "");
    }
  }

  private DType dtype(DType stored) {
    String key = root.has("dtype") ? "dtype" : "torch_dtype";
    String name = root.text(key, "");
    if (name.isEmpty()) {
      return stored;
    }
    Optional<DType> dtype = DType.ofConfig(name);
    if (dtype.isEmpty()) {
      root.note(key, "is \"" + name + "\"; float32, float16 and bfloat16 can be run", "");
    }
    return dtype.orElse(stored);
  }

  private static void refuseBut(JsonKeys keys, String key, String only) {
    String value = keys.text(key, only);
    if (!value.equals(only)) {
      keys.note(key, "is \"" + value + "\"; this version can run \"" + only + "\"", "");
    }
  }
}
