package io.paretune.udfs.prune;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The levels of every matrix of a model's decoder: any one-shot mask of a ratio of the grid is one
 * compare away. Immutable and safe for use by many threads.
 *
 * @param key what the levels depend on
 * @param matrices by layer and projection
 */
public record LevelIndex(LevelIndexKey key, List<Map<Projection, LevelMatrix>> matrices) {
  public LevelIndex {
    matrices = matrices.stream().map(Map::copyOf).toList();
    for (int l = 0; l < matrices.size(); l++) {
      for (Projection p : Projection.values()) {
        LevelMatrix matrix = matrices.get(l).get(p);
        if (matrix == null || !matrix.grid().equals(key.grid())) {
          throw new IllegalArgumentException(
              "layer %d, %s: no levels for the key's grid".formatted(l, p.key()));
        }
      }
    }
  }

  /**
   * Maps a file that {@link #write} wrote and checks all of it; the levels stay in the file's
   * pages.
   *
   * @throws InvalidInputException if it is damaged, cut short, or of another format or version
   * @throws IOException if it cannot be read
   */
  public static LevelIndex open(Path file) throws IOException {
    return LevelIndexFile.open(file);
  }

  /**
   * Ranks every weight of a model and writes a file for {@link #open}; a file of that name appears
   * only when it is complete. Holds the levels of one layer at a time.
   *
   * @param dense the decoder's layers in order
   * @throws InvalidInputException if a weight's score is not a number
   */
  public static void write(
      Path file, LevelIndexKey key, PruningCriterion criterion, List<FusedLayer> dense)
      throws IOException {
    LevelIndexFile.write(file, key, dense, layer -> levels(key.grid(), criterion, layer, dense));
  }

  private static Map<Projection, LevelMatrix> levels(
      RatioGrid grid, PruningCriterion criterion, int layer, List<FusedLayer> dense) {
    return Arrays.stream(Projection.values())
        .parallel()
        .collect(
            Collectors.toConcurrentMap(
                p -> p,
                p -> LevelMatrix.build(criterion, layer, p, dense.get(layer).matrix(p), grid)));
  }

  public int layers() {
    return matrices.size();
  }

  public LevelMatrix matrix(int layer, Projection projection) {
    LevelMatrix matrix = matrices.get(layer).get(projection);
    if (matrix == null) {
      throw new IllegalStateException("the constructor asks for every projection");
    }
    return matrix;
  }
}
