package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.paretune.udfs.model.ModelKernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernels against transformers' layers at LLaVA-1.5-7B's shapes, in Python, where {@code
 * PARETUNE_TORCH_PYTHON} names one with torch and transformers (README, "GPUs").
 */
class DeviceCheckIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  @TempDir Path directory;

  @Test
  void theKernelsComputeWhatTransformersComputes() throws Exception {
    String python = System.getenv("PARETUNE_TORCH_PYTHON");
    assumeTrue(python != null, "PARETUNE_TORCH_PYTHON names no Python with torch and transformers");
    Path kernels = directory.resolve("kernels.pt");
    Files.write(kernels, ModelKernels.archive());
    Finished check =
        Finished.run(
            List.of(
                python,
                HOME.resolve("udfs/src/test/python/device_check.py").toString(),
                "--kernels",
                kernels.toString(),
                "--check-only"),
            Map.of(),
            directory,
            Duration.ofMinutes(10));
    assertThat(check.status()).as(check.out() + check.err()).isZero();
    assertThat(check.out().lines().filter(line -> line.startsWith("ok"))).hasSize(15);
  }
}
