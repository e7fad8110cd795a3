package io.paretune.udfs.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * Questions that calibrate, with how they run.
 *
 * @param shards of them, in the order in which they are run
 * @param batch questions wanted in a forward
 */
public record CalibrationQuestions(List<PreparedShard> shards, int batch) implements Serializable {
  public CalibrationQuestions {
    shards = List.copyOf(shards);
    if (shards.stream().allMatch(s -> s.images().isEmpty())) {
      throw new IllegalArgumentException("no calibration question");
    }
  }
}
