package io.paretune.jobs.gate;

import io.paretune.jobs.search.Normal;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.LinearizedScore;
import io.paretune.udfs.benchmark.Tally;

/**
 * Score that a profile loses against the dense model, from both models' answers to the same
 * questions, in the benchmark's own metric. Questions that both answer alike say nothing about the
 * loss, so it is known far better than either score.
 *
 * @param questions that both answered
 * @param estimate the dense model's score less the profile's
 * @param standardError clustered by image
 */
public record AccuracyLoss(long questions, double estimate, double standardError) {

  /**
   * The loss over some questions. The variance is that of one answer more than was seen, so that
   * models without a different answer are not taken for equal beyond what their number shows (as
   * Agresti and Min 2005, doi 10.1002/sim.1781, add half a pair either way).
   *
   * @param dense the dense model's answers
   * @param profile the profile's, to the same questions
   * @throws IllegalArgumentException if there is no question, or not the same number of them
   */
  public static AccuracyLoss of(Benchmark benchmark, Tally dense, Tally profile) {
    long n = dense.questions();
    if (n == 0 || profile.questions() != n) {
      throw new IllegalArgumentException(
          "a loss needs questions that both models answered, was given %d and %d"
              .formatted(n, profile.questions()));
    }
    LinearizedScore loss =
        benchmark.ratios(dense).linearized().minus(benchmark.ratios(profile).linearized());
    double seen = dense.images() < 2 ? 1 : loss.standardError(); // of one image nothing is known
    return new AccuracyLoss(n, loss.value(), Math.hypot(seen, loss.unit()));
  }

  /** The loss that is not exceeded with this confidence, one-sided. */
  public double bound(double confidence) {
    return estimate + Normal.quantile(confidence) * standardError;
  }
}
