package io.paretune.jobs.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.command.Command;
import io.paretune.jobs.command.CommandSpec;
import io.paretune.jobs.command.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./paretune} over the packaged jar. */
class LauncherIT {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Path LAUNCHER = HOME.resolve("paretune");
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  void listsTheCommandsFromAnywhereAndThroughALink() throws Exception {
    Path place = Files.createDirectories(directory.resolve("a b"));
    Path link = Files.createSymbolicLink(place.resolve("pt"), LAUNCHER);

    Finished help = Finished.run(List.of(link.toString(), "--help"), Map.of(), place, LIMIT);

    assertThat(help.status()).as(help.err()).isZero();
    assertThat(help.out()).contains("usage: ./paretune");
    for (Command command : Commands.ALL) {
      assertThat(help.out()).contains(command.spec().name() + " ", command.spec().summary());
    }
  }

  @Test
  void saysItsVersions() throws Exception {
    String pom = Files.readString(HOME.resolve("pom.xml"));

    Finished version = paretune(Map.of(), "--version");

    assertThat(version.status()).as(version.err()).isZero();
    assertThat(version.out())
        .matches(
            "Paretune %s, code [0-9a-f]{12}\nSpark 4[.]1[.]\\d+, Delta %s, DJL %s, PyTorch %s, Java \\S+\n"
                .formatted(
                    element(pom, "version"),
                    element(pom, "delta.version"),
                    element(pom, "djl.version"),
                    element(pom, "djl.pytorch.version")));
  }

  private static String element(String pom, String name) {
    int from = pom.indexOf("<" + name + ">") + name.length() + 2;
    return pom.substring(from, pom.indexOf("</", from));
  }

  @Test
  void helpLoadsNoClassOfSpark() throws Exception {
    Path loaded = directory.resolve("loaded.txt");
    Map<String, String> log =
        Map.of(
            "JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded.toString().replace(":", "\\:"));
    Finished.run(List.of(LAUNCHER.toString(), "--help"), log, directory, LIMIT);

    assertThat(Files.readString(loaded))
        .contains("io.paretune.jobs.Paretune ")
        .doesNotContain("org.apache.spark", "org.apache.logging", "ai.djl");
  }

  @Test
  void everyCommandExplainsItselfWithoutSpark() throws Exception {
    for (Command command : Commands.ALL) {
      Finished help = paretune(Map.of(), command.spec().name(), "--help");

      assertThat(help.status()).as(help.err()).isZero();
      assertThat(help.out()).contains(command.spec().summary());
    }
  }

  @Test
  void knowsWhichCommandsNeedSpark() throws IOException {
    String line =
        Files.readAllLines(LAUNCHER).stream()
            .filter(l -> l.startsWith("spark_commands="))
            .collect(Collectors.joining());
    Set<String> listed = Set.of(line.substring(line.indexOf('"') + 1).replace("\"", "").split(" "));

    for (Command command : Commands.ALL) {
      CommandSpec spec = command.spec();
      assertThat(listed.contains(spec.name()))
          .as(spec.name())
          .isEqualTo(spec.engine() == CommandSpec.Engine.SPARK);
    }
  }

  @Test
  void refusesWhatItDoesNotKnow() throws Exception {
    Finished unknown = paretune(Map.of(), "no-such-command");

    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err())
        .isEqualTo(
            "\"no-such-command\": there is no such command — ./paretune --help lists them\n");
    assertThat(unknown.out()).isEmpty();
  }

  @Test
  void refusesAnotherSpark() throws Exception {
    Path jars = Files.createDirectories(directory.resolve("spark/jars"));
    String spark = jars.getParent().toString();

    Finished none = paretune(Map.of("SPARK_HOME", spark), "--help");
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).startsWith("paretune: SPARK_HOME=" + spark + " holds no Spark");

    Files.createFile(jars.resolve("spark-core_2.13-3.5.4.jar"));
    Finished old = paretune(Map.of("SPARK_HOME", spark), "--help");
    assertThat(old.status()).isEqualTo(2);
    assertThat(old.err())
        .startsWith("paretune: SPARK_HOME=" + spark + " is another Spark")
        .contains("spark-core_2.13-3.5.4.jar", "set it to a Spark 4.1");
  }

  @Test
  void refusesAnotherJava() throws Exception {
    Path bin = Files.createDirectories(directory.resolve("jdk/bin"));
    Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"11.0.2\"\n");
    assertThat(Files.createFile(bin.resolve("java")).toFile().setExecutable(true)).isTrue();

    Finished old = paretune(Map.of("JAVA_HOME", directory.resolve("jdk").toString()), "--help");

    assertThat(old.status()).isEqualTo(2);
    assertThat(old.err()).contains("is Java 11, and Paretune needs 17 to 23");
  }

  private Finished paretune(Map<String, String> environment, String... words) throws Exception {
    List<String> line = new ArrayList<>(List.of(LAUNCHER.toString()));
    line.addAll(List.of(words));
    return Finished.run(line, environment, directory, LIMIT);
  }
}
