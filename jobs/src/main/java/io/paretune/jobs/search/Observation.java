package io.paretune.jobs.search;

/**
 * A trial as a surrogate sees it.
 *
 * @param at where it was, encoded
 * @param trial what was told
 * @param loss its value, the less the better; of a stopped trial a bound
 */
record Observation(Encoding.Encoded at, Trial trial, double loss) {
  /** Whether the trial was given up: it would have lost that or more. */
  boolean isBound() {
    return trial.state() == TrialState.STOPPED;
  }

  /** Variance of a mean of right-or-wrong answers. */
  double samplingVariance(int objective) {
    // Agresti and Coull 1998: two right and two wrong answers more, so that 0 and 1 are noisy.
    double n = trial.samples() + 4.0;
    double p = Math.min(1, Math.max(0, (trial.value(objective) * trial.samples() + 2) / n));
    return p * (1 - p) / n;
  }
}
