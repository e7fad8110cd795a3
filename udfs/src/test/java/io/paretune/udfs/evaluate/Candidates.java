package io.paretune.udfs.evaluate;

import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.prune.LevelIndexStore;
import io.paretune.udfs.prune.LevelSource;
import io.paretune.udfs.prune.Magnitude;
import io.paretune.udfs.prune.RatioGrid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;

/** Candidates of the demo model, pruned by magnitude. */
final class Candidates {
  static final RatioGrid GRID = RatioGrid.of(0.3, 0.5, 0.7);

  private static final LevelSource LEVELS = new LevelSource(store(), GRID);

  private Candidates() {}

  private static LevelIndexStore store() {
    try {
      Path directory = Files.createTempDirectory("levels");
      directory.toFile().deleteOnExit();
      return LevelIndexStore.local(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Optional<LevelSource> levels() {
    return Optional.of(LEVELS);
  }

  static ResidentModel.Candidate lend(CompressionProfile profile) throws InterruptedException {
    return DemoQuestions.RESIDENT.lend(profile, Magnitude::new, Optional.of(LEVELS), () -> false);
  }

  /** One ratio a layer, KV as it is. */
  static CompressionProfile pruned(double... ratios) {
    return CompressionProfile.of(
        CriterionName.MAGNITUDE,
        IntStream.range(0, ratios.length)
            .mapToObj(i -> LayerPlan.of(i, ratios[i], 16, 16))
            .toList());
  }
}
