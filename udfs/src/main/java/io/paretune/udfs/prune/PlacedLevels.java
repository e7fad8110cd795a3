package io.paretune.udfs.prune;

import ai.djl.ndarray.NDArray;
import io.paretune.udfs.engine.Undo;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.WeightPlace;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The levels of one decoder layer beside a model's weights, a byte a weight, until closed. */
public final class PlacedLevels implements AutoCloseable {
  private final Map<InputSite, NDArray> bySite = new EnumMap<>(InputSite.class);

  private PlacedLevels() {}

  /** Copies a layer's levels to where the weights are. */
  public static PlacedLevels of(WeightPlace place, LevelIndex index, int layer) {
    PlacedLevels levels = new PlacedLevels();
    return Undo.unlessDone(
        levels::close,
        () -> {
          for (InputSite site : InputSite.values()) {
            levels.bySite.put(
                site,
                place.levels(
                    site.projections().stream()
                        .map(p -> index.matrix(layer, p).rowByRow())
                        .toList(),
                    index.matrix(layer, site.projections().get(0)).columns()));
          }
          return levels;
        });
  }

  /** Of the matrix that reads that input, (rows, columns). */
  NDArray of(InputSite site) {
    return Objects.requireNonNull(bySite.get(site), "every site has levels");
  }

  @Override
  public void close() {
    bySite.values().forEach(NDArray::close);
  }
}
