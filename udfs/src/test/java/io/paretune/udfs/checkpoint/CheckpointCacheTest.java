package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reaches the source through Hadoop's own viewfs, a file system of another scheme than file. */
class CheckpointCacheTest {
  private static final String MODEL = "viewfs://models/llava";

  @TempDir private Path directory;
  private Path source;
  private CheckpointCache cache;

  @BeforeEach
  void makeSource() {
    source = Goldens.randomCheckpoint(directory);
    cache = new CheckpointCache(directory.resolve("cache"), configuration());
  }

  private Configuration configuration() {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.viewfs.mounttable.models.link./llava", source.toUri().toString());
    hadoop.set("fs.viewfs.impl", "org.apache.hadoop.fs.viewfs.ViewFileSystem");
    hadoop.set("fs.viewfs.impl.disable.cache", "true");
    hadoop.set("fs.file.impl", "org.apache.hadoop.fs.LocalFileSystem");
    return hadoop;
  }

  @Test
  void aLocalModelIsUsedWhereItIs() {
    assertThat(cache.directory(source.toString())).isEqualTo(source);
    assertThat(cache.directory(source.toUri().toString())).isEqualTo(source);
    assertThat(directory.resolve("cache")).doesNotExist();
  }

  @Test
  void aRemoteModelIsCopiedOnceAndOpens() throws IOException {
    Path copy = cache.directory(MODEL);
    FileTime made = Files.getLastModifiedTime(copy.resolve("model.safetensors"));
    assertThat(cache.directory(MODEL)).isEqualTo(copy);
    assertThat(Files.getLastModifiedTime(copy.resolve("model.safetensors"))).isEqualTo(made);
    try (Checkpoint here = Checkpoint.open(copy);
        Checkpoint there = Checkpoint.open(source)) {
      assertThat(here.modelId()).isEqualTo(there.modelId());
    }
  }

  @Test
  void aCacheThatCannotBeWrittenIsToldFromASourceThatCannotBeRead() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    CheckpointCache nowhere = new CheckpointCache(file, configuration());
    assertThatThrownBy(() -> nowhere.directory(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file + ": cannot hold a copy of " + MODEL)
        .hasMessageContaining("XDG_CACHE_HOME");
  }

  @Test
  void aChangedSourceIsCopiedAnew() throws IOException {
    Path before = cache.directory(MODEL);
    Files.setLastModifiedTime(source.resolve("config.json"), FileTime.fromMillis(1_000_000));
    assertThat(cache.directory(MODEL)).isNotEqualTo(before);
  }

  @Test
  void aDamagedCopyIsMadeAgainAndLeftoversGo() throws IOException {
    Path copy = cache.directory(MODEL);
    Files.writeString(copy.resolve("tokenizer.json"), "{");
    Path leftover =
        Files.createDirectory(copy.resolveSibling("." + copy.getFileName() + ".crashed"));
    assertThat(cache.directory(MODEL)).isEqualTo(copy);
    assertThat(copy.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(source.resolve("tokenizer.json"));
    assertThat(leftover).doesNotExist();
  }

  @Test
  void manyThreadsAtOnceGetOneWholeCopy() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Path>> calls =
          IntStream.range(0, 8)
              .<Callable<Path>>mapToObj(
                  i ->
                      () ->
                          new CheckpointCache(directory.resolve("cache"), configuration())
                              .directory(MODEL))
              .toList();
      Path copy = cache.directory(MODEL);
      for (Future<Path> call : threads.invokeAll(calls)) {
        assertThat(call.get()).isEqualTo(copy);
      }
      try (Stream<Path> files = Files.list(copy.getParent())) {
        assertThat(files.filter(Files::isDirectory)).containsExactly(copy);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void refusesWhatIsNotThereOrNoModelAndLeavesNothing() throws IOException {
    assertThatThrownBy(() -> cache.directory("viewfs://models/other"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("viewfs://models/other: cannot be fetched");
    assertThatThrownBy(() -> cache.directory("nothing://here/at-all"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("nothing://here/at-all: cannot be fetched: No FileSystem");
    assertThatThrownBy(() -> cache.directory(directory.resolve("none").toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is no directory");
    Files.delete(source.resolve("config.json"));
    assertThatThrownBy(() -> cache.directory(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(MODEL + ": has no config.json — give the directory of a Hugging Face model");
    assertThat(directory.resolve("cache")).doesNotExist();
  }
}
