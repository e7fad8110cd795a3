package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.udfs.model.ModelKernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernels against transformers' layers at LLaVA-1.5-7B's shapes, in Python (README, "GPUs").
 */
class DeviceCheckIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  @TempDir Path directory;

  @Test
  void theKernelsComputeWhatTransformersComputes() throws Exception {
    Path kernels = directory.resolve("kernels.pt");
    Files.write(kernels, ModelKernels.archive());
    Finished check =
        Finished.run(
            List.of(
                PythonEnvironment.pythonWithTorch(),
                HOME.resolve("udfs/src/test/python/device_check.py").toString(),
                "--kernels",
                kernels.toString(),
                "--prompt",
                "64",
                "--layers",
                "1",
                "--runs",
                "1"),
            Map.of(),
            directory,
            Duration.ofMinutes(15));
    assertThat(check.status()).as(check.out() + check.err()).isZero();
    assertThat(check.out().lines().filter(line -> line.startsWith("ok"))).hasSize(12 + 18);
    assertThat(check.out())
        .containsPattern("limit: copying a 4096 x 11008 matrix +[1-9.]")
        .containsPattern("limit: matrix product 64 x 4096 x 22016 +[0-9.]+ TFLOP/s")
        .containsPattern(
            "profile switch: a layer from its levels +[0-9.]+ GB/s, \\d+ % of the limit")
        .containsPattern("prefill, 64 tokens, 1 layers: transformers +\\d+ tokens/s")
        .containsPattern("prefill, 64 tokens, 1 layers: pages of 4 bits, .* tokens/s")
        .containsPattern("decode, 1 x 64 tokens cached: transformers +[0-9.]+ tokens/s")
        .containsPattern("decode, 1 x 64 tokens cached: pages of 2 bits +[0-9.]+ tokens/s");
  }
}
