package io.paretune.jobs.search;

/**
 * How the tree-structured Parzen estimator works; the terms are those of Watanabe 2023 (arXiv
 * 2304.11127, section 3). The defaults are what the repository's benchmark found best.
 *
 * @param startupTrials random trials before the first estimate
 * @param split how many trials count as good
 * @param candidates points drawn from the good trials' density for each proposal
 * @param weighting how much each good trial counts
 * @param priorWeight weight of the flat prior kernel, relative to a trial
 * @param bandwidth how wide the kernels are
 * @param minimumBandwidth least width of a kernel, as a share of the variable's range
 * @param categoricalBandwidth probability that a categorical kernel spreads over other choices
 */
public record TpeSettings(
    int startupTrials,
    Split split,
    int candidates,
    Weighting weighting,
    double priorWeight,
    Bandwidth bandwidth,
    double minimumBandwidth,
    double categoricalBandwidth) {

  public static final TpeSettings DEFAULT =
      new TpeSettings(
          10, new Split.Linear(0.15, 25), 24, Weighting.MERIT, 1, Bandwidth.SCOTT, 0.03, 0.2);

  public TpeSettings {
    if (startupTrials < 2 || candidates < 1) {
      throw new IllegalArgumentException(
          "startupTrials must be at least 2 and candidates at least 1, were "
              + startupTrials
              + " and "
              + candidates);
    }
    if (!(priorWeight > 0) || !(minimumBandwidth > 0)) {
      throw new IllegalArgumentException("priorWeight and minimumBandwidth must be positive");
    }
    if (!(categoricalBandwidth > 0 && categoricalBandwidth < 1)) {
      throw new IllegalArgumentException(
          "categoricalBandwidth must be in (0, 1), was " + categoricalBandwidth);
    }
  }

  /** Section 3.1: the number of good trials among n. */
  public sealed interface Split {
    int good(int trials);

    /** A share of the trials, up to {@code most}. */
    record Linear(double share, int most) implements Split {
      @Override
      public int good(int trials) {
        return Math.max(1, Math.min((int) Math.ceil(share * trials), most));
      }
    }

    /** Proportional to the square root of the trials. */
    record Root(double factor) implements Split {
      @Override
      public int good(int trials) {
        return Math.max(1, Math.min(trials, (int) Math.ceil(factor * Math.sqrt(trials))));
      }
    }
  }

  /** Section 3.2: how much each good trial counts. */
  public enum Weighting {
    UNIFORM,
    /**
     * By expected improvement: how far a trial beats the threshold (one objective), or how much
     * hypervolume it contributes (several; MOTPE).
     */
    MERIT
  }

  /** Section 3.3: the width of numerical kernels. */
  public enum Bandwidth {
    /** From the spread of the trials and their number; one width a variable. */
    SCOTT,
    /** A fixed share of the range that shrinks with the number of trials; one width a variable. */
    SHRINKING
  }

  public TpeSettings with(Split other) {
    return new TpeSettings(
        startupTrials,
        other,
        candidates,
        weighting,
        priorWeight,
        bandwidth,
        minimumBandwidth,
        categoricalBandwidth);
  }

  public TpeSettings with(Weighting other) {
    return new TpeSettings(
        startupTrials,
        split,
        candidates,
        other,
        priorWeight,
        bandwidth,
        minimumBandwidth,
        categoricalBandwidth);
  }

  public TpeSettings with(Bandwidth other, double minimum) {
    return new TpeSettings(
        startupTrials,
        split,
        candidates,
        weighting,
        priorWeight,
        other,
        minimum,
        categoricalBandwidth);
  }
}
