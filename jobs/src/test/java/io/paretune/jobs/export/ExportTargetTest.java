package io.paretune.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTargetTest {
  /**
   * The local disk under a scheme of its own; notes what is written, and fails where it is told.
   */
  public static final class FarFileSystem extends RawLocalFileSystem {
    static final List<String> WRITTEN = new ArrayList<>();
    static final AtomicReference<String> FAILS_AT = new AtomicReference<>("");

    @Override
    public URI getUri() {
      return URI.create("far:///");
    }

    @Override
    public String getScheme() {
      return "far";
    }

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path file,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      if (file.getName().equals(System.getProperty("killed.at"))) {
        Exporting.die();
      }
      if (file.getName().equals(FAILS_AT.get())) {
        throw new IOException("the connection was lost");
      }
      WRITTEN.add(file.getName());
      return super.create(file, overwrite, bufferSize, replication, blockSize, progress);
    }
  }

  @TempDir private Path directory;

  private static Configuration hadoop() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.far.impl", FarFileSystem.class.getName());
    return hadoop;
  }

  private static void content(Path at) throws IOException {
    Files.writeString(at.resolve("config.json"), "{}");
    Files.writeString(at.resolve("model.safetensors"), "weights");
    Files.writeString(Files.createDirectory(at.resolve("packed")).resolve("a"), "packed");
  }

  @Test
  void anExportThatFailsLeavesNothing() throws IOException {
    Path to = directory.resolve("model");
    ExportTarget target = ExportTarget.of("--to", to.toString(), hadoop());

    assertThatThrownBy(
            () ->
                target.fill(
                    at -> {
                      content(at);
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatAKilledExportLeftIsClearedAndNeverLooksLikeAModel() throws IOException {
    Path to = directory.resolve("model");
    Path left = Files.createDirectory(directory.resolve(".model.1234.partial"));
    content(left);

    ExportTarget.of("--to", to.toString(), hadoop()).fill(ExportTargetTest::content);

    assertThat(left).doesNotExist();
    assertThat(to.resolve("packed/a")).hasContent("packed");
    assertThat(directory).isDirectoryNotContaining("glob:**/.*");
  }

  /** An export in a process of its own, which dies of SIGKILL in the middle. */
  static final class Exporting {
    public static void main(String[] arguments) throws IOException {
      ExportTarget.of("--to", arguments[0], hadoop())
          .fill(
              at -> {
                content(at);
                if (System.getProperty("killed.at") == null) {
                  die();
                }
              });
    }

    static void die() throws IOException {
      String own = String.valueOf(ProcessHandle.current().pid());
      try {
        new ProcessBuilder("kill", "-KILL", own).start().waitFor();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    static int killed(String to, String... options) throws IOException, InterruptedException {
      List<String> words = new ArrayList<>();
      words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      words.addAll(List.of(options));
      words.addAll(List.of("-cp", System.getProperty("java.class.path")));
      words.addAll(List.of(Exporting.class.getName(), to));
      return new ProcessBuilder(words)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
  }

  @Test
  void aKilledProcessLeavesNothingThatLooksLikeAModel() throws Exception {
    int byKill = 128 + 9;
    Path to = directory.resolve("model");
    assertThat(Exporting.killed(to.toString())).isEqualTo(byKill);
    assertThat(to).doesNotExist();
    assertThat(directory).isDirectoryContaining("glob:**/.model.*.partial");

    ExportTarget.of("--to", to.toString(), hadoop()).fill(ExportTargetTest::content);
    assertThat(directory).isDirectoryNotContaining("glob:**/.*");

    Path far = directory.resolve("elsewhere");
    assertThat(Exporting.killed("far:" + far, "-Dkilled.at=config.json")).isEqualTo(byKill);
    assertThat(far.resolve("model.safetensors")).exists();
    assertThat(far.resolve("config.json")).doesNotExist();

    ExportTarget.of("--to", "far:" + far, hadoop()).fill(ExportTargetTest::content);
    assertThat(far.resolve("config.json")).hasContent("{}");
    assertThat(far.resolve("_export_in_progress")).doesNotExist();
  }

  @Test
  void elsewhereTheConfigurationIsWrittenLast() throws IOException {
    String to = "far:" + directory.resolve("model");
    FarFileSystem.WRITTEN.clear();
    FarFileSystem.FAILS_AT.set("config.json"); // as far as a kill just before the end
    assertThatThrownBy(() -> ExportTarget.of("--to", to, hadoop()).fill(ExportTargetTest::content))
        .hasMessageContaining("the connection was lost");
    assertThat(directory.resolve("model/model.safetensors")).exists();
    assertThat(directory.resolve("model/config.json")).doesNotExist();

    FarFileSystem.FAILS_AT.set("");
    ExportTarget.of("--to", to, hadoop()).fill(ExportTargetTest::content);

    assertThat(FarFileSystem.WRITTEN).endsWith("config.json");
    assertThat(directory.resolve("model/_export_in_progress")).doesNotExist();
    assertThat(directory.resolve("model/config.json")).hasContent("{}");
    assertThatThrownBy(() -> ExportTarget.of("--to", to, hadoop()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is there and is not empty");
  }

  @Test
  void aPlaceThatCannotBeReachedIsSaid() {
    assertThatThrownBy(() -> ExportTarget.of("--to", "nowhere:/x", hadoop()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--to: nowhere:/x cannot be reached: ");
    assertThatThrownBy(() -> ExportTarget.of("--to", "/", hadoop()))
        .hasMessageContaining("is a root");
  }
}
