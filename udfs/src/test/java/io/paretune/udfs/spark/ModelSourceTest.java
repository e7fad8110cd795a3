package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.engine.DevicePolicy;
import io.paretune.udfs.engine.TypePolicy;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

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
  }
}
