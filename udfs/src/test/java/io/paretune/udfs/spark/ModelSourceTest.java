package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.engine.DevicePolicy;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ModelSourceTest {
  private static final SparkConf GPUS =
      new SparkConf(false).set("spark.task.resource.gpu.amount", "0.5");

  private static ModelSource on(DevicePolicy devices) {
    return new ModelSource("/model", null, devices, 1);
  }

  @Test
  void tasksWithGpusAreRefusedBeforeTheyRunUnlessGpusAreSlotsOnly() {
    assertThatThrownBy(() -> on(DevicePolicy.AUTO).requireUsable(GPUS))
        .hasMessage(
            "spark.task.resource.gpu.amount: candidates cannot be pruned on a GPU yet — leave GPUs"
                + " out of the task's resources, or set resident.device=cpu");
    assertThatCode(() -> on(DevicePolicy.CPU).requireUsable(GPUS)).doesNotThrowAnyException();
    assertThatCode(() -> on(DevicePolicy.AUTO).requireUsable(new SparkConf(false)))
        .doesNotThrowAnyException();
  }
}
