package io.paretune.udfs.prune;

import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.Projection;
import java.nio.FloatBuffer;

/** The score is |W|. */
public record Magnitude() implements PruningCriterion {
  @Override
  public CriterionName name() {
    return CriterionName.MAGNITUDE;
  }

  @Override
  public String calibrationId() {
    return "none";
  }

  @Override
  public Scores scores(int layer, Projection projection, WeightMatrix weights) {
    FloatBuffer floats = weights.floats();
    int columns = weights.columns();
    return (row, scores) -> {
      floats.get(row * columns, scores, 0, columns);
      for (int c = 0; c < columns; c++) {
        scores[c] = Math.abs(scores[c]);
      }
    };
  }
}
