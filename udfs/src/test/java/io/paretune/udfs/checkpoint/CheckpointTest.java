package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.paretune.udfs.checkpoint.StoredTensors.Stored;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final String DOWN = "language_model.model.layers.1.mlp.down_proj.weight";

  @TempDir private Path parent;
  private Path model;
  private Path weights;

  @BeforeEach
  void copyCheckpoint() {
    model = Goldens.randomCheckpoint(parent);
    weights = model.resolve("model.safetensors");
  }

  @Test
  void newerNamesInTwoFilesAreTheSameTensors() {
    Path newer = parent.resolve("newer");
    Goldens.copy(model, newer);
    StoredTensors.shardUnderNewerNames(newer);
    try (Checkpoint one = Checkpoint.open(model);
        Checkpoint two = Checkpoint.open(newer)) {
      assertThat(two.config()).isEqualTo(one.config());
      for (String name : RequiredTensors.of(one.config()).keySet()) {
        assertThat(two.tensor(name)).isEqualTo(one.tensor(name));
      }
      assertThat(two.modelId()).isNotEqualTo(one.modelId());
    }
  }

  @Test
  void aTiedOutputLayerIsTheEmbedding() throws IOException {
    Map<String, Stored> tensors = StoredTensors.read(weights);
    tensors.remove("language_model.lm_head.weight");
    StoredTensors.write(weights, tensors);
    refused().hasMessageContaining("tensor language_model.lm_head.weight: is missing");
    edit("config.json", config -> config.addProperty("tie_word_embeddings", true));
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      assertThat(checkpoint.config().text().tieWordEmbeddings()).isTrue();
      assertThat(checkpoint.has("language_model.lm_head.weight")).isTrue();
      assertThat(checkpoint.tensor("language_model.lm_head.weight"))
          .isEqualTo(checkpoint.tensor("language_model.model.embed_tokens.weight"));
    }
  }

  @Test
  void everyTensorThatIsMissingOrWrongIsNamedAtOnce() {
    Map<String, Stored> tensors = StoredTensors.read(weights);
    tensors.remove(DOWN);
    tensors.put(
        "language_model.model.norm.weight", new Stored("BF16", new long[] {16}, new byte[32]));
    tensors.put(
        "multi_modal_projector.linear_1.bias", new Stored("I16", new long[] {32}, new byte[64]));
    StoredTensors.write(weights, tensors);
    refused()
        .hasMessageContaining("tensor " + DOWN + ": is missing; config.json needs it as [32, 56]")
        .hasMessageContaining(
            "model.safetensors: tensor language_model.model.norm.weight: has the shape [16];"
                + " config.json needs [32]")
        .hasMessageContaining("tensor multi_modal_projector.linear_1.bias: is of dtype I16");
  }

  @Test
  void oneTensorUnderTwoNamesIsRefused() {
    Map<String, Stored> tensors = StoredTensors.read(weights);
    tensors.put("model.language_model.layers.1.mlp.down_proj.weight", tensors.get(DOWN));
    StoredTensors.write(weights, tensors);
    refused().hasMessageContaining("is also in " + weights + " as " + DOWN);
  }

  @Test
  void anIndexMustStayInItsDirectoryAndBeTrue() throws IOException {
    StoredTensors.shardUnderNewerNames(model);
    edit(
        "model.safetensors.index.json",
        index -> {
          JsonObject map = index.getAsJsonObject("weight_map");
          map.addProperty("a", "../elsewhere.safetensors");
          map.addProperty("b", "/etc/passwd");
          map.addProperty("c", "model-00009-of-00002.safetensors");
        });
    refused()
        .hasMessageContaining(
            "weight_map: tensor \"a\": must name a .safetensors file in the same directory, was"
                + " \"../elsewhere.safetensors\"")
        .hasMessageContaining("was \"/etc/passwd\"")
        .hasMessageContaining("model-00009-of-00002.safetensors: is not there");
    edit(
        "model.safetensors.index.json",
        index -> {
          JsonObject map = new JsonObject();
          map.addProperty("ghost", "model-00001-of-00002.safetensors");
          index.add("weight_map", map);
        });
    refused().hasMessageContaining("\"ghost\": is not in model-00001-of-00002.safetensors");
  }

  @Test
  void problemsOfSeveralFilesComeTogether() throws IOException {
    Files.writeString(model.resolve("tokenizer.json"), "{\"model\":7}");
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages }}");
    Files.write(weights, new byte[4]);
    edit(
        "config.json",
        config -> config.getAsJsonObject("text_config").addProperty("mlp_bias", true));
    edit("preprocessor_config.json", images -> images.addProperty("resample", "sharp"));
    refused()
        .hasMessageContaining("tokenizer.json: is no tokenizer that can be used")
        .hasMessageContaining("chat_template.jinja: is not a chat template of the LLaVA-1.5 family")
        .hasMessageContaining("model.safetensors: is 4 bytes long")
        .hasMessageContaining("config.json: text_config.mlp_bias: is true")
        .hasMessageContaining(
            "preprocessor_config.json: resample: must be a whole number from 0 to 5");
  }

  @Test
  void imageTokenAndImageSizeMustAgreeWithTheOtherFiles() throws IOException {
    edit("config.json", config -> config.addProperty("image_token_index", 77));
    edit("preprocessor_config.json", images -> images.addProperty("crop_size", 60));
    refused()
        .hasMessageContaining("does not turn <image> into the one token 77")
        .hasMessageContaining(
            "makes images of 60 × 60; vision_config.image_size of config.json is 56");
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    for (String file :
        new String[] {
          "config.json", "tokenizer.json", "preprocessor_config.json", "model.safetensors"
        }) {
      Files.delete(model.resolve(file));
    }
    refused()
        .hasMessageContaining("config.json: is not there")
        .hasMessageContaining("tokenizer.json: is not there")
        .hasMessageContaining("preprocessor_config.json: is not there")
        .hasMessageContaining("model.safetensors: is not there");
    assertThatThrownBy(() -> Checkpoint.open(parent.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is no directory — give the directory that holds config.json");
  }

  @Test
  void aPromptOfTheUsersStandsInForAnUnknownTemplate() throws IOException {
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages }}");
    try (Checkpoint checkpoint =
        Checkpoint.open(model, ChatTemplate.ofPattern("<image> Q: {question} A:"))) {
      assertThat(checkpoint.chatTemplate().prompt("Why?")).isEqualTo("<image> Q: Why? A:");
    }
  }

  @Test
  void aConfigurationOfAnotherModelNamesTheFirstTensorsOnly() throws IOException {
    edit(
        "config.json",
        config -> config.getAsJsonObject("text_config").addProperty("num_hidden_layers", 4000));
    refused()
        .hasMessageContaining(
            "tensor language_model.model.layers.3.input_layernorm.weight: is missing")
        .hasMessageContaining(
            "more tensors are missing or wrong — see whether config.json belongs");
    edit(
        "config.json",
        config ->
            config
                .getAsJsonObject("text_config")
                .addProperty("num_hidden_layers", Integer.MAX_VALUE));
    refused()
        .hasMessageContaining(
            "num_hidden_layers: must be a whole number from 1 to 4096, was 2147483647");
  }

  @Test
  void truncationAndPaddingOfTheTokenizerFileAreNotHeeded() throws IOException {
    edit(
        "tokenizer.json",
        tokenizer -> {
          JsonObject truncation = new JsonObject();
          truncation.addProperty("direction", "Right");
          truncation.addProperty("max_length", 4);
          truncation.addProperty("strategy", "LongestFirst");
          truncation.addProperty("stride", 0);
          tokenizer.add("truncation", truncation);
        });
    try (Tokenizer cut = Tokenizer.open(model.resolve("tokenizer.json"));
        Tokenizer whole = Tokenizer.open(Goldens.DEMO.resolve("tokenizer.json"))) {
      String text = "Is there a red circle in the picture?";
      assertThat(cut.encode(text)).isEqualTo(whole.encode(text));
    }
  }

  @Test
  void theTokenizerIsThatOfTransformers() {
    try (Tokenizer tokenizer = Tokenizer.open(model.resolve("tokenizer.json"))) {
      for (JsonElement golden : Goldens.cases("tokenizer")) {
        long[] ids =
            golden.getAsJsonObject().getAsJsonArray("ids").asList().stream()
                .mapToLong(JsonElement::getAsLong)
                .toArray();
        String text = golden.getAsJsonObject().get("text").getAsString();
        assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
        assertThat(tokenizer.decode(ids))
            .isEqualTo(golden.getAsJsonObject().get("decoded").getAsString());
      }
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused() {
    return assertThatThrownBy(() -> Checkpoint.open(model))
        .isInstanceOf(InvalidInputException.class);
  }

  private void edit(String file, Consumer<JsonObject> change) throws IOException {
    JsonObject json = JsonKeys.readObject(model.resolve(file));
    change.accept(json);
    Files.writeString(model.resolve(file), json.toString());
  }
}
