package io.paretune.udfs.prune;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.profile.Projection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

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
   * Ranks every weight of the model.
   *
   * @param modelId content hash of the checkpoint
   * @param dense the decoder's layers in order
   * @throws InvalidInputException if a weight's score is not a number
   */
  public static LevelIndex build(
      String modelId, PruningCriterion criterion, RatioGrid grid, List<FusedLayer> dense) {
    List<Map<Projection, LevelMatrix>> matrices = new ArrayList<>();
    for (int l = 0; l < dense.size(); l++) {
      Map<Projection, LevelMatrix> layer = new EnumMap<>(Projection.class);
      for (Projection p : Projection.values()) {
        layer.put(p, LevelMatrix.build(criterion, l, p, dense.get(l).matrix(p), grid));
      }
      matrices.add(layer);
    }
    return new LevelIndex(LevelIndexKey.of(modelId, criterion, grid), matrices);
  }

  /**
   * Maps a file that {@link #write} made and checks all of it; the levels stay in the file's pages.
   *
   * @throws InvalidInputException if it is damaged, cut short, or of another format or version
   * @throws IOException if it cannot be read
   */
  public static LevelIndex open(Path file) throws IOException {
    return LevelIndexFile.open(file);
  }

  /** Writes a file for {@link #open}; a file of that name appears only when it is complete. */
  public void write(Path file) throws IOException {
    LevelIndexFile.write(this, file);
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
