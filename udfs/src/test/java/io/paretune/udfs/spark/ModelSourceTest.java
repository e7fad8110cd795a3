package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import io.paretune.udfs.evaluate.ResidentModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSourceTest {
  private static final SparkConf NONE = new SparkConf(false);
  private static final SparkConf GPUS =
      new SparkConf(false).set("spark.task.resource.gpu.amount", "0.5");

  private static ModelSource on(DevicePolicy devices, TypePolicy types) {
    return new ModelSource("/model", null, devices, types, 1);
  }

  @Test
  void tasksComputeInFp32OnCpusAndInBf16OnGpusUnlessToldOtherwise() {
    assertThat(on(DevicePolicy.AUTO, TypePolicy.AUTO).type(NONE)).isEqualTo(ComputeType.FP32);
    assertThat(on(DevicePolicy.AUTO, TypePolicy.AUTO).type(GPUS)).isEqualTo(ComputeType.BF16);
    assertThat(on(DevicePolicy.CPU, TypePolicy.AUTO).type(GPUS)).isEqualTo(ComputeType.FP32);
    assertThat(on(DevicePolicy.AUTO, TypePolicy.FP32).type(GPUS)).isEqualTo(ComputeType.FP32);
    assertThat(on(DevicePolicy.CPU, TypePolicy.BF16).type(NONE)).isEqualTo(ComputeType.BF16);
  }

  @Test
  void gpusThatAreSlotsOnlyAreNotComputedOn() {
    assertThat(on(DevicePolicy.AUTO, TypePolicy.AUTO).usesGpus(GPUS)).isTrue();
    assertThat(on(DevicePolicy.AUTO, TypePolicy.AUTO).usesGpus(NONE)).isFalse();
    assertThat(on(DevicePolicy.CPU, TypePolicy.AUTO).usesGpus(GPUS)).isFalse();
  }

  @Test
  void aModelsNameInTablesHasItsTypeUnlessThatIsFp32() {
    assertThat(ComputeType.FP32.modelId("abc")).isEqualTo("abc");
    assertThat(ComputeType.BF16.modelId("abc")).isEqualTo("abc@bf16");
    assertThat(ComputeType.checkpointId("abc@bf16")).isEqualTo("abc");
    assertThat(ComputeType.checkpointId("abc")).isEqualTo("abc");
    assertThat(ComputeType.ofModelId("abc@bf16")).isEqualTo(ComputeType.BF16);
    assertThat(ComputeType.ofModelId("abc")).isEqualTo(ComputeType.FP32);
    assertThatThrownBy(() -> ComputeType.ofModelId("abc@fp8"))
        .hasMessage("\"abc@fp8\" names no type that is known");
  }

  @Test
  void aModelThatWasVerifiedIsNotLookedForAgainUntilItIsClosed(@TempDir Path directory)
      throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("model"), Goldens.DEMO);
    String id;
    try (Checkpoint checkpoint = Checkpoint.open(link)) {
      id = checkpoint.modelId();
    }
    ModelSource known =
        new ModelSource(link.toString(), id, DevicePolicy.CPU, TypePolicy.AUTO, 1 << 20);
    ModelSource unknown =
        new ModelSource(link.toString(), null, DevicePolicy.CPU, TypePolicy.AUTO, 1 << 20);
    ResidentModel resident = known.resident();
    assertThat(unknown.resident()).isSameAs(resident);
    Files.delete(link);

    assertThat(known.resident()).isSameAs(resident);
    assertThatThrownBy(unknown::resident).hasMessageContaining("is no directory");
    resident.close();
    assertThatThrownBy(known::resident).hasMessageContaining("is no directory");
  }
}
