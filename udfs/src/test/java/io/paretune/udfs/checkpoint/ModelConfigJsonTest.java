package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigJsonTest {
  @TempDir private Path directory;

  /** The keys that llava-hf/llava-1.5-7b-hf gives, which leaves most to the defaults. */
  @Test
  void absentKeysTakeTheDefaultsOfTransformers() throws IOException {
    ModelConfig config =
        read(
            """
            {"architectures":["LlavaForConditionalGeneration"],"ignore_index":-100,"image_token_index":32000,
             "model_type":"llava","pad_token_id":32001,"projector_hidden_act":"gelu",
             "text_config":{"_name_or_path":"lmsys/vicuna-7b-v1.5","architectures":["LlamaForCausalLM"],
               "max_position_embeddings":4096,"model_type":"llama","rms_norm_eps":1e-05,"torch_dtype":"float16","vocab_size":32064},
             "torch_dtype":"float16","vocab_size":32064,
             "vision_config":{"hidden_size":1024,"image_size":336,"intermediate_size":4096,"model_type":"clip_vision_model",
               "num_attention_heads":16,"num_hidden_layers":24,"patch_size":14,"projection_dim":768,"vocab_size":32000},
             "vision_feature_layer":-2,"vision_feature_select_strategy":"default"}\
            """);
    assertThat(config.text())
        .isEqualTo(
            new DecoderConfig(
                4096, 11008, 32, 32, 32, 128, 32064, 1e-5, 10000, 4096, false, List.of(2L)));
    assertThat(config.vision())
        .isEqualTo(new VisionConfig(1024, 4096, 24, 16, 336, 14, 1e-5, Activation.QUICK_GELU));
    assertThat(config.visionLayersUsed()).isEqualTo(23);
    assertThat(config.imageTokens()).isEqualTo(576);
    assertThat(config.dtype()).isEqualTo(DType.F16);
  }

  @Test
  void ropeThetaStandsInEitherPlaceAndTheWeightsTypeStandsInForTheConfigs() throws IOException {
    assertThat(read(minimal("\"rope_theta\":5e5", "")).text().ropeTheta()).isEqualTo(5e5);
    ModelConfig newer =
        read(minimal("\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":7e4}", ""));
    assertThat(newer.text().ropeTheta()).isEqualTo(7e4);
    assertThat(newer.dtype()).isEqualTo(DType.BF16);
  }

  @Test
  void generationEndsWithTheTokensOfTheGenerationConfig() throws IOException {
    Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\":[2,5]}");
    assertThat(read(minimal("", "")).text().eosTokenIds()).containsExactly(2L, 5L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "rope_scaling":{"type":"linear","factor":2.0} | | text_config.rope_scaling.type: is "linear"
          "rope_parameters":{"rope_type":"llama3"} | | text_config.rope_parameters.rope_type: is "llama3"
          "attention_bias":true | | text_config.attention_bias: is true; this version runs decoders without bias
          "mlp_bias":true | | text_config.mlp_bias: is true
          "hidden_act":"gelu" | | text_config.hidden_act: is "gelu"; this version can run "silu"
          "model_type":"mistral" | | text_config.model_type: is "mistral"; this version can run "llama"
          "num_key_value_heads":5 | | text_config.num_key_value_heads: is 5, no divisor of num_attention_heads 32
          "hidden_size":-1 | | text_config.hidden_size: must be a whole number from 1
          "hidden_size":"x" | | text_config.hidden_size: must be a whole number from 1 to 2147483647, was "x"
          "rms_norm_eps":0 | | text_config.rms_norm_eps: must be a number greater than 0, was 0
          "eos_token_id":99999 | | text_config.eos_token_id: must be in the vocabulary of 32000, was 99999
          | "vision_feature_layer":[-2,-5] | vision_feature_layer: must be a whole number
          | "vision_feature_layer":-14 | vision_feature_layer: must be a whole number from -13 to 12, was -14
          | "vision_feature_select_strategy":"cls" | is "cls"; this version can run default, full
          | "projector_hidden_act":"relu" | projector_hidden_act: is "relu"; this version can run gelu, quick_gelu
          | "multimodal_projector_bias":false | multimodal_projector_bias: is false
          | "image_token_index":32000 | image_token_index: must be a whole number from 0 to 31999, was 32000
          | "dtype":"float8" | dtype: is "float8"; float32, float16 and bfloat16 can be run
          | "architectures":["Qwen2VLForConditionalGeneration"] | this version runs LlavaForConditionalGeneration
          """)
  void refusesWhatItCannotRunAndNamesKeyAndValue(String text, String root, String message) {
    assertThatThrownBy(() -> read(minimal(text == null ? "" : text, root == null ? "" : root)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNoJsonObjectIsRefused() {
    assertThatThrownBy(() -> read("[1]")).hasMessageContaining("must hold a JSON object");
    assertThatThrownBy(() -> read("{\"a\":")).hasMessageContaining("is not JSON");
    assertThatThrownBy(() -> read("[".repeat(100_000))).hasMessageContaining("is not JSON");
  }

  private static String minimal(String text, String root) {
    String image = root.contains("image_token_index") ? "" : ",\"image_token_index\":31999";
    return "{\"model_type\":\"llava\"%s,\"text_config\":{%s},\"vision_config\":{}%s}"
        .formatted(image, text, root.isEmpty() ? "" : "," + root);
  }

  private ModelConfig read(String json) throws IOException {
    Files.writeString(directory.resolve("config.json"), json);
    return ModelConfigJson.read(directory, DType.BF16);
  }
}
