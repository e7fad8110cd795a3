package io.paretune.udfs.spark;

import io.paretune.udfs.checkpoint.UserCache;
import io.paretune.udfs.prune.LevelIndexStore;
import io.paretune.udfs.prune.LevelSource;
import io.paretune.udfs.prune.RatioGrid;
import java.io.Serializable;
import java.util.List;

/**
 * Where tasks find the levels of a study's ratios.
 *
 * @param directory a URI that all executors reach
 * @param ratios that the study chooses from, ascending, each in (0, 1); not empty
 */
public record Levels(String directory, List<Double> ratios) implements Serializable {
  public Levels {
    ratios = new RatioGrid(ratios).ratios();
  }

  /** The same, for use in this process. */
  public LevelSource source() {
    return new LevelSource(
        LevelIndexStore.shared(directory, UserCache.directory().resolve("levels"), Models.hadoop()),
        new RatioGrid(ratios));
  }
}
