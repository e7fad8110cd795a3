package io.paretune.udfs.evaluate;

import io.paretune.udfs.model.ImageProcessor;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.model.MultimodalModel;
import io.paretune.udfs.model.VisionSquares;
import io.paretune.udfs.prune.StatisticsAccumulator;
import io.paretune.udfs.prune.VisionStatistics;
import java.util.List;

/** What the dense vision tower and projector see of calibration images. */
public final class VisionCalibration {
  private VisionCalibration() {}

  /**
   * Statistics over a shard's images, each once; those of several shards merge to those of all.
   *
   * @param shard prepared with its images' files
   */
  public static VisionStatistics measure(
      MultimodalModel model, ImageProcessor processor, PreparedShard shard) {
    StatisticsAccumulator tower = VisionStatistics.tower(model.config());
    StatisticsAccumulator projector = VisionStatistics.projector(model.config());
    // One by one: a sum does not depend on what an image is batched with.
    for (PreparedImage image : shard.images()) {
      float[] pixels = processor.pixels(image.file(), "image " + image.imageId());
      VisionSquares squares = model.visionSquares(List.of(pixels));
      for (int l = 0; l < squares.tower().size(); l++) {
        int layer = l;
        squares
            .tower()
            .get(l)
            .forEach((site, sums) -> tower.add(layer, site, sums, squares.towerTokens()));
      }
      for (InputSite site : List.of(InputSite.MLP, InputSite.MLP_DOWN)) {
        double[] sums = squares.projector().getOrDefault(site, new double[0]);
        projector.add(0, site, sums, squares.projectorTokens());
      }
    }
    return new VisionStatistics(tower.statistics(), projector.statistics());
  }
}
