package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README's command line for a standalone cluster, against a real master and worker. */
@Tag("cluster")
class StandaloneClusterIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Path SPARK = Path.of(System.getProperty("paretune.build"), "spark");

  @TempDir Path directory;

  @Test
  void theReadmesLineRunsOnAStandaloneCluster() throws Exception {
    Path answers = directory.resolve("dense.jsonl");
    try (StandaloneCluster cluster = new StandaloneCluster(SPARK, directory)) {
      String line =
          standaloneLine()
              .replace("spark://HOST:7077", cluster.master())
              .replace("dense.jsonl", answers.toString());

      Finished run =
          Finished.run(
              List.of("bash", "-c", line),
              Map.of("SPARK_HOME", SPARK.toString(), "SPARK_LOCAL_IP", "127.0.0.1"),
              HOME,
              Duration.ofMinutes(8));

      assertThat(run.status()).as(run.err()).isZero();
      assertThat(run.out()).startsWith("{").contains("\"accuracy\"", "\"questions\"");
      assertThat(answers).isNotEmptyFile();
      assertThat(cluster.workerLog()).contains("Asked to launch executor");
    }
  }

  /** The line is taken from README, so that it cannot rot. */
  private static String standaloneLine() throws IOException {
    Matcher block =
        Pattern.compile("Standalone[^\n]*\n```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(HOME.resolve("README.md")));
    assertThat(block.find()).as("README gives the standalone line").isTrue();
    return block.group(1);
  }
}
