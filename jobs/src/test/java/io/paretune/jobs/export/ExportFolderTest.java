package io.paretune.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.UnavailableException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportFolderTest {
  @TempDir private Path directory;

  /** Answers no request to write. */
  public static final class Busy extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("busy:///");
    }

    @Override
    public boolean mkdirs(org.apache.hadoop.fs.Path path, FsPermission permission)
        throws IOException {
      throw new IOException("503 Slow Down");
    }

    @Override
    public boolean mkdirs(org.apache.hadoop.fs.Path path) throws IOException {
      throw new IOException("503 Slow Down");
    }
  }

  @Test
  void aDirectoryIsMadeAndLeftEmpty() {
    Path to = directory.resolve("a/b");

    ExportFolder.of("--to", to.toString(), new Configuration(false));

    assertThat(to).isEmptyDirectory();
  }

  @Test
  void aFileInTheWayIsTheUsersToMend() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "mine");

    assertThatThrownBy(() -> ExportFolder.of("--to", file.toString(), new Configuration(false)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("--to: " + file + " cannot be written to: ")
        .hasMessageEndingWith("name a directory that you may write to");
    assertThat(file).hasContent("mine");
  }

  @Test
  void aStoreThatDoesNotAnswerMayTheNextTime() {
    Configuration hadoop = new Configuration(false);
    hadoop.setClass("fs.busy.impl", Busy.class, org.apache.hadoop.fs.FileSystem.class);

    assertThatThrownBy(() -> ExportFolder.of("--to", "busy:///x", hadoop))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("--to: busy:///x cannot be written to: 503 Slow Down");
  }
}
