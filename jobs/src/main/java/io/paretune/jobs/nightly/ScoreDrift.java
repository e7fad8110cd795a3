package io.paretune.jobs.nightly;

import io.paretune.jobs.search.Normal;
import io.paretune.jobs.tables.Change;
import io.paretune.udfs.benchmark.LinearizedScore;
import java.util.List;

/**
 * How scores changed between two sets of questions that may overlap: image by image where both have
 * it, so that what stayed the same adds no uncertainty.
 */
final class ScoreDrift {
  private static final double Z = Normal.quantile(0.975);

  private ScoreDrift() {}

  /**
   * The mean score now less the mean before with its 95 % interval, clustered by image.
   *
   * @param before each profile's score then
   * @param now each profile's score now
   * @throws IllegalArgumentException if there is none on one side
   */
  static Change of(List<LinearizedScore> before, List<LinearizedScore> now) {
    LinearizedScore change = LinearizedScore.mean(now).minus(LinearizedScore.mean(before));
    double error = change.standardError();
    double half = Double.isNaN(error) ? 1 : Z * error;
    return new Change(change.value(), change.value() - half, change.value() + half);
  }
}
