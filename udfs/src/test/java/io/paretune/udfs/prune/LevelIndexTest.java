package io.paretune.udfs.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LevelIndexTest {
  private static final LevelIndexKey KEY =
      LevelIndexKey.of("0123456789abcdef", new Magnitude(), RatioGrid.ofParts(4));

  @TempDir private Path directory;

  /** Two layers of four heads on two: small enough to flip every byte of the file. */
  private static List<FusedLayer> layers() {
    Random random = new Random(1);
    return IntStream.range(0, 2)
        .mapToObj(
            l ->
                new FusedLayer(
                    DemoShapedLayer.matrix(random, 8, 4),
                    DemoShapedLayer.matrix(random, 4, 4),
                    DemoShapedLayer.matrix(random, 12, 4),
                    DemoShapedLayer.matrix(random, 4, 6)))
        .toList();
  }

  private static void write(Path file) throws IOException {
    LevelIndex.write(file, KEY, new Magnitude(), layers());
  }

  @Test
  void aWrittenIndexIsReadBack() throws IOException {
    Path file = directory.resolve("levels");
    write(file);
    write(file); // replaces

    LevelIndex read = LevelIndex.open(file);

    assertThat(read.key()).isEqualTo(KEY);
    assertThat(read.layers()).isEqualTo(2);
    List<FusedLayer> layers = layers();
    for (int l = 0; l < 2; l++) {
      for (Projection p : Projection.values()) {
        LevelMatrix expected =
            LevelMatrix.build(new Magnitude(), l, p, layers.get(l).matrix(p), KEY.grid());
        assertThat(read.matrix(l, p).rows()).isEqualTo(expected.rows());
        assertThat(read.matrix(l, p).levels()).isEqualTo(expected.levels());
      }
    }
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void everyFlippedByteAndEveryCutIsNoticed() throws IOException {
    Path file = directory.resolve("levels");
    write(file);
    byte[] good = Files.readAllBytes(file);
    Path bad = directory.resolve("bad");
    for (int i = 0; i < good.length; i++) {
      byte[] flipped = good.clone();
      flipped[i] ^= 0x10;
      Files.write(bad, flipped);
      assertThatThrownBy(() -> LevelIndex.open(bad))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(bad + ": ");
      Files.write(bad, Arrays.copyOf(good, i));
      assertThatThrownBy(() -> LevelIndex.open(bad))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(bad + ": ");
    }
    byte[] last = good.clone();
    last[good.length - 5] ^= 1;
    Files.write(bad, last);
    assertThatThrownBy(() -> LevelIndex.open(bad))
        .hasMessage(
            bad
                + ": the level index is damaged: layer 1, down_proj: the checksum does not match —"
                + " delete it and run calibrate");
  }

  @Test
  void theKeyNamesEverythingTheLevelsDependOn() {
    PruningCriterion wanda = new Wanda(DemoShapedLayer.statistics(new Random(1), 1));
    PruningCriterion otherwise = new Wanda(DemoShapedLayer.statistics(new Random(2), 1));
    RatioGrid grid = RatioGrid.ofParts(20);

    assertThat(
            List.of(
                LevelIndexKey.of("m", wanda, grid).id(),
                LevelIndexKey.of("n", wanda, grid).id(),
                LevelIndexKey.of("m", otherwise, grid).id(),
                LevelIndexKey.of("m", new Magnitude(), grid).id(),
                LevelIndexKey.of("m", wanda, RatioGrid.ofParts(10)).id()))
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[0-9a-f]{16}"));
  }

  @Test
  void fusedMatricesOfNoDecoderLayerAreRefused() {
    WeightMatrix m = DemoShapedLayer.matrix(new Random(1), 4, 4);
    assertThatThrownBy(() -> new FusedLayer(m, m, m, m))
        .hasMessageStartingWith("matrices of no decoder layer: q|k|v WeightMatrix[4 × 4]");
  }
}
