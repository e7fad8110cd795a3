package io.paretune.udfs.evaluate;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/**
 * Questions that calibrate, as one shard: images by their ids, so that sums over them have the same
 * bits however they were spread.
 *
 * @param all of them
 */
public record CalibrationQuestions(PreparedShard all) implements Serializable {
  public CalibrationQuestions {
    if (all.images().isEmpty()) {
      throw new IllegalArgumentException("no calibration question");
    }
  }

  /**
   * Those of several shards.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static CalibrationQuestions of(List<PreparedShard> shards) {
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("no calibration question");
    }
    return new CalibrationQuestions(
        new PreparedShard(
            0,
            shards.get(0).textBefore(),
            shards.stream()
                .flatMap(s -> s.images().stream())
                .sorted(Comparator.comparing(PreparedImage::imageId))
                .toList()));
  }
}
