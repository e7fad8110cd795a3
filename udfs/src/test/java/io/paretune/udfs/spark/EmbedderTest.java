package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import org.apache.spark.ml.param.ParamMap;
import org.junit.jupiter.api.Test;

class EmbedderTest {
  @Test
  void theModelOfOtherJobsIsAskedOnTheirDeviceAndInTheirType() {
    for (DevicePolicy devices : DevicePolicy.values()) {
      for (TypePolicy types : TypePolicy.values()) {
        ModelSource source = new ModelSource("/model", null, devices, types, 7);
        Embedder embedder = new ImageEmbedder().setSource(source);

        assertThat(embedder.source()).isEqualTo(source);
        assertThat(embedder.copy(new ParamMap()).source()).isEqualTo(source);
      }
    }
  }

  @Test
  void refusesADeviceThatThereIsNot() {
    TextEmbedder embedder = new TextEmbedder();
    assertThatThrownBy(() -> embedder.set(embedder.device(), "gpu"))
        .hasMessageContaining("parameter device given invalid value gpu");
  }
}
