package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownHashesTest {
  private static final Clock NOW = Clock.systemUTC();
  private static final Clock TOMORROW = Clock.offset(NOW, Duration.ofDays(1));

  @TempDir Path folder;
  private Path kept;
  private Path weights;

  @BeforeEach
  void write() throws IOException {
    kept = folder.resolve("hashes");
    weights = Files.writeString(folder.resolve("model.safetensors"), "weights");
  }

  private String hash(Clock clock) throws IOException {
    return new KnownHashes(kept, clock).of(List.of(weights));
  }

  private List<Path> kept() throws IOException {
    if (!Files.exists(kept)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(kept)) {
      return files.toList();
    }
  }

  @Test
  void filesThatDidNotChangeAreNotReadAgain() throws IOException {
    String hash = hash(TOMORROW);

    assertThat(hash).isEqualTo(ContentHash.of(List.of(weights)));
    Files.writeString(kept().get(0), "0123456789abcdef"); // what is kept is what is told
    assertThat(hash(TOMORROW)).isEqualTo("0123456789abcdef");
  }

  @Test
  void anEditOfTheSameLengthAndTimeIsSeen() throws IOException {
    FileTime before = Files.getLastModifiedTime(weights);
    String hash = hash(TOMORROW);
    Files.writeString(weights, "WEIGHTS");
    Files.setLastModifiedTime(weights, before);

    assertThat(hash(TOMORROW)).isNotEqualTo(hash).isEqualTo(ContentHash.of(List.of(weights)));
  }

  @Test
  void filesThatAreStillBeingWrittenAreNotKept() throws IOException {
    assertThat(hash(NOW)).isEqualTo(ContentHash.of(List.of(weights)));
    assertThat(kept()).isEmpty();
  }

  @Test
  void aDamagedEntryAndADirectoryThatCannotBeMadeCostOnlyTime() throws IOException {
    String hash = hash(TOMORROW);
    Files.writeString(kept().get(0), "012");
    assertThat(hash(TOMORROW)).isEqualTo(hash);
    assertThat(Files.readString(kept().get(0))).isEqualTo(hash);

    kept = Files.writeString(folder.resolve("a file"), "").resolve("below");
    assertThat(hash(TOMORROW)).isEqualTo(hash);
  }
}
