package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoCheckpointTest {
  private static final Path DEMO = Path.of(System.getProperty("paretune.home"), "conf/demo/model");

  @Test
  void opensWithItsConfigurationTensorsAndTokenizer() {
    try (Checkpoint checkpoint = Checkpoint.open(DEMO)) {
      DecoderConfig text = checkpoint.config().text();
      assertThat(text.layers()).isEqualTo(8);
      assertThat(text.kvHeads()).isEqualTo(3);
      assertThat(text.eosTokenIds()).containsExactly(2L);
      assertThat(checkpoint.config().visionLayersUsed()).isEqualTo(4);
      assertThat(checkpoint.config().imageTokens()).isEqualTo(64);
      assertThat(checkpoint.config().dtype()).isEqualTo(DType.BF16);
      TensorData tensor = checkpoint.tensor("language_model.model.layers.7.mlp.down_proj.weight");
      assertThat(tensor.shape()).isEqualTo(List.of(192L, 512L));
      assertThat(tensor.data().remaining()).isEqualTo(192 * 512 * 2);
      assertThat(checkpoint.has("language_model.lm_head.weight")).isTrue();
      assertThat(checkpoint.has("language_model.lm_head.bias")).isFalse();
      assertThat(checkpoint.chatTemplate().prompt("Is it red?"))
          .isEqualTo("USER: <image>\nIs it red? ASSISTANT:");
      assertThat(checkpoint.tokenizer().encode("USER: <image>\nIs it red? ASSISTANT:"))
          .startsWith(1L)
          .containsOnlyOnce(2045L);
      assertThat(checkpoint.modelId()).matches("[0-9a-f]{16}").isEqualTo(checkpoint.modelId());
    }
  }

  @Test
  void tokenizerNeitherTruncatesNorPads() {
    try (Checkpoint checkpoint = Checkpoint.open(DEMO)) {
      long[] ids = checkpoint.tokenizer().encode("red ".repeat(3000));
      assertThat(ids.length).isGreaterThan(3000);
      assertThat(checkpoint.tokenizer().decode(ids)).isEqualTo("red ".repeat(3000));
    }
  }
}
