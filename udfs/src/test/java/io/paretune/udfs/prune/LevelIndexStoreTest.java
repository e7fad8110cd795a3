package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.udfs.profile.Projection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LevelIndexStoreTest {
  private static final RatioGrid GRID = RatioGrid.ofParts(20);

  private final List<FusedLayer> dense = List.of(DemoShapedLayer.weights(new Random(1)));
  private final PruningCriterion wanda = new Wanda(DemoShapedLayer.statistics(new Random(2), 1));
  private final LevelIndexKey key = LevelIndexKey.of("model", wanda, GRID);

  @TempDir private Path directory;

  @Test
  void isBuiltOnceAndMappedAfterwards() throws IOException {
    LevelIndex built = LevelIndexStore.local(directory).open("model", wanda, GRID, dense);
    Path file = directory.resolve(key.id() + ".levels");
    Object identity = Files.readAttributes(file, "unix:ino").get("ino");

    LevelIndex again = LevelIndexStore.local(directory).open("model", wanda, GRID, List.of());

    assertSame(again, built);
    assertThat(Files.readAttributes(file, "unix:ino").get("ino")).isEqualTo(identity);
    assertThat(again.matrix(0, Projection.UP).levels().isDirect()).as("not on the heap").isTrue();
  }

  @Test
  void aDamagedFileIsBuiltAnew() throws IOException {
    LevelIndexStore store = LevelIndexStore.local(directory);
    LevelIndex good = store.open("model", wanda, GRID, dense);
    Path file = directory.resolve(key.id() + ".levels");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.delete(file); // what is mapped stays as it was
    Files.write(file, bytes);

    assertSame(store.open("model", wanda, GRID, dense), good);
    assertSame(LevelIndex.open(file), good);
  }

  @Test
  void anotherModelCalibrationOrGridHasAFileOfItsOwn() throws IOException {
    LevelIndexStore store = LevelIndexStore.local(directory);
    store.open("model", wanda, GRID, dense);
    store.open("other", wanda, GRID, dense);
    store.open("model", new Magnitude(), GRID, dense);
    store.open("model", wanda, RatioGrid.ofParts(4), dense);
    try (var files = Files.list(directory)) {
      assertThat(files.filter(f -> f.toString().endsWith(".levels"))).hasSize(4);
    }
  }

  /** Two machines are two caches; Hadoop's raw local file system stands for one that is far. */
  @Test
  void machinesShareWhatOneOfThemBuilt() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.far.impl", FarFileSystem.class.getName());
    String shared = "far:" + directory.resolve("shared");
    LevelIndex built =
        LevelIndexStore.shared(shared, directory.resolve("one"), hadoop)
            .open("model", wanda, GRID, dense);

    LevelIndex fetched =
        LevelIndexStore.shared(shared, directory.resolve("two"), hadoop)
            .open("model", wanda, GRID, List.of());
    assertSame(fetched, built);

    // Damaged where it is shared: a third machine builds it and puts it right.
    Path published = directory.resolve("shared").resolve(key.id() + ".levels");
    byte[] bytes = Files.readAllBytes(published);
    bytes[bytes.length - 1] ^= 1;
    Files.write(published, bytes);
    assertSame(
        LevelIndexStore.shared(shared, directory.resolve("three"), hadoop)
            .open("model", wanda, GRID, dense),
        built);
    assertSame(LevelIndex.open(published), built);
  }

  private static void assertSame(LevelIndex actual, LevelIndex expected) {
    assertThat(actual.key()).isEqualTo(expected.key());
    for (Projection p : Projection.values()) {
      assertThat(actual.matrix(0, p).levels()).isEqualTo(expected.matrix(0, p).levels());
    }
  }
}
