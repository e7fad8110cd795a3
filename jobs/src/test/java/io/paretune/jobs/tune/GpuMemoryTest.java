package io.paretune.jobs.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.SharedSpark;
import io.paretune.udfs.spark.GpuMemory;
import io.paretune.udfs.spark.Slots;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class GpuMemoryTest {
  @Test
  void slotsAreAskedAndSayWhyCudaCannotUseWhatTheyWereGiven() {
    List<GpuMemory.Found> found =
        GpuMemory.everywhere(
            JavaSparkContext.fromSparkContext(SharedSpark.session().sparkContext()));

    assertThat(Slots.now(SharedSpark.session().sparkContext())).isEqualTo(2);
    assertThat(found).as("both slots see the same").hasSize(1);
    assertThat(found.get(0).gpu()).isEqualTo("cpu");
    assertThat(found.get(0).trouble()).isEqualTo("a GPU is asked for its memory, was cpu");
  }
}
