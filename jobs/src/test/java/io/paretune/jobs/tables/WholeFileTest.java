package io.paretune.jobs.tables;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path directory;

  private org.apache.hadoop.fs.Path at(String name) {
    return new org.apache.hadoop.fs.Path(directory.resolve(name).toUri());
  }

  private static String read(FileSystem files, org.apache.hadoop.fs.Path path) throws IOException {
    try (InputStream in = files.open(path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> below = Files.walk(directory)) {
      return below.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList();
    }
  }

  @Test
  void takesThePlaceOfAFileThatHadoopKeepsAChecksumOf() throws Exception {
    FileSystem files = at("f").getFileSystem(HADOOP);
    try (FSDataOutputStream out = files.create(at("f"))) {
      out.write("old and longer".getBytes(UTF_8));
    }
    assertThat(names()).contains(".f.crc");

    WholeFile.replace(HADOOP, at("f"), "new".getBytes(UTF_8));

    assertThat(read(files, at("f"))).isEqualTo("new");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void ofManyWhoCreateAVersionOfATableOneDoes() throws Exception {
    LogStoreRace.requireOneWinner(HADOOP, directory.toUri() + "log");
    assertThat(names())
        .hasSize(5)
        .allMatch(name -> name.endsWith(".json"), "a version, nothing that was left behind");
  }

  @Test
  void aDiskWithoutHardLinksGetsTheFileByAName() throws Exception {
    WholeFile.Linking none =
        (name, existing) -> {
          throw new FileSystemException(name.toString(), null, "Operation not permitted");
        };
    Path file = directory.resolve("log/0.json");

    assertThat(WholeFile.createLocally(file, "first".getBytes(UTF_8), none)).isTrue();
    assertThat(WholeFile.createLocally(file, "second".getBytes(UTF_8), none)).isFalse();
    assertThat(file).hasContent("first");
    assertThat(names()).containsExactly("0.json");
  }

  @Test
  void aFailureOfTheDiskIsNoSecondWriter() {
    WholeFile.Linking sick =
        (name, existing) -> {
          throw new FileSystemException(name.toString(), null, "Input/output error");
        };

    assertThatThrownBy(
            () -> WholeFile.createLocally(directory.resolve("f"), "x".getBytes(UTF_8), sick))
        .hasMessageContaining("Input/output error");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aFileThatWasCreatedAlthoughTheAnswerGotLostIsOnesOwn() throws Exception {
    WholeFile.Linking lost =
        (name, existing) -> {
          Files.createLink(name, existing);
          throw new FileAlreadyExistsException(name.toString());
        };

    assertThat(WholeFile.createLocally(directory.resolve("f"), "x".getBytes(UTF_8), lost)).isTrue();
  }

  @Test
  void makesDirectoriesAndLeavesNothingBehindWhereItCannotWrite() throws Exception {
    WholeFile.replace(HADOOP, at("a/b/f"), "one".getBytes(UTF_8));
    assertThat(directory.resolve("a/b/f")).hasContent("one");

    assertThatThrownBy(() -> WholeFile.replace(HADOOP, at("a/b"), "two".getBytes(UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a/b is a directory");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void renamesOverTheOldOneOnOtherFileSystems() throws Exception {
    try (LocalFileSystem local = new LocalFileSystem()) {
      local.initialize(directory.toUri(), HADOOP);
      FileSystem other = local.getRaw();
      WholeFile.replace(other, at("f"), "old and longer".getBytes(UTF_8));
      WholeFile.replace(other, at("f"), "new".getBytes(UTF_8));

      assertThat(read(other, at("f"))).isEqualTo("new");
      assertThat(names()).containsExactly("f");
    }
  }
}
