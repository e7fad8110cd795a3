package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

class GpuDiscoveryTest {
  private static final Path SCRIPT =
      Path.of(System.getProperty("paretune.home"), "conf", "gpu-discovery.sh");

  private static String[] addresses(int gpus) throws IOException, InterruptedException {
    ProcessBuilder script = new ProcessBuilder("bash", SCRIPT.toString());
    script.environment().put("PARETUNE_FAKE_GPUS", String.valueOf(gpus));
    Process process = script.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    ResourceInformation read = ResourceInformation.parseJson(said);
    assertThat(read.name()).isEqualTo("gpu");
    return read.addresses();
  }

  @Test
  void sparkReadsTheAddressOfEachGpuAndOfNoneWhereThereIsNone() throws Exception {
    assertThat(addresses(0)).isEmpty();
    assertThat(addresses(1)).containsExactly("0");
    assertThat(addresses(3)).containsExactly("0", "1", "2");
  }
}
