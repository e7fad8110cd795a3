package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Authentication and encryption as {@code conf/spark-defaults.conf} recommends them. */
final class ClusterSecurity {
  private static final String SECRET = "5c1f0e8a-the-clusters-own";

  private ClusterSecurity() {}

  /**
   * Writes what every machine is to have; the lines are taken from the file, so that they cannot
   * rot.
   *
   * @param home Paretune's directory
   * @param conf made; {@code SPARK_CONF_DIR}
   */
  static Path write(Path home, Path conf) throws IOException {
    String file = Files.readString(home.resolve("conf/spark-defaults.conf"));
    String part = file.substring(file.indexOf("# On a cluster that others use too"));
    List<String> lines =
        Pattern.compile("(?m)^# (spark\\.\\S+ +\\S+)$")
            .matcher(part)
            .results()
            .map(line -> line.group(1).replace("…", SECRET))
            .filter(line -> !line.startsWith("spark.ui.enabled ")) // its pages are read
            .toList();
    assertThat(lines)
        .anyMatch(line -> line.matches("spark.authenticate +true"))
        .anyMatch(line -> line.matches("spark.network.crypto.enabled +true"))
        .anyMatch(line -> line.matches("spark.io.encryption.enabled +true"))
        .anyMatch(line -> line.endsWith(SECRET));
    Files.createDirectories(conf);
    Files.write(conf.resolve("spark-defaults.conf"), lines);
    return conf;
  }

  /**
   * Makes sure that the secret is neither in what was logged nor among the words that a process was
   * started with.
   */
  static void requireSecret(Path logs) throws IOException {
    assertThat(ProcessHandle.allProcesses().map(p -> p.info().commandLine().orElse("")))
        .noneMatch(words -> words.contains(SECRET));
    try (Stream<Path> files = Files.walk(logs)) {
      List<Path> said =
          files
              .filter(f -> f.toString().matches(".*([.]log|[.]err|[.]out|/stderr|/stdout)"))
              .toList();
      assertThat(said).isNotEmpty();
      for (Path log : said) {
        assertThat(Files.readString(log)).as(log.toString()).doesNotContain(SECRET);
      }
    }
  }
}
