package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;

/**
 * A strictly increasing change of a loss's scale on which effects add up better. Which one is
 * chosen by marginal likelihood (warped Gaussian processes, Snelson 2004).
 */
sealed interface Warp {
  double of(double loss);

  double inverse(double warped);

  /** Logarithm of the derivative. */
  double logSlope(double loss);

  /** Losses as they are. */
  record None() implements Warp {
    @Override
    public double of(double loss) {
      return loss;
    }

    @Override
    public double inverse(double warped) {
      return warped;
    }

    @Override
    public double logSlope(double loss) {
      return 0;
    }
  }

  /**
   * Logarithm of the distance above {@code floor}, for losses that span orders of magnitude; below
   * {@code floor + margin} it goes on as a straight line, so that a new best is no outlier.
   */
  record AboveFloor(double floor, double margin) implements Warp {
    @Override
    public double of(double loss) {
      double above = loss - floor;
      return above > margin ? Math.log(above) : Math.log(margin) + above / margin - 1;
    }

    @Override
    public double inverse(double warped) {
      double end = Math.log(margin);
      return floor + (warped > end ? Math.exp(warped) : margin * (warped - end + 1));
    }

    @Override
    public double logSlope(double loss) {
      return -Math.log(Math.max(loss - floor, margin));
    }
  }

  /**
   * Minus the logarithm of the distance below {@code ceiling}, for losses that saturate at their
   * worst, as a score does at chance; above {@code ceiling - margin} it goes on as a straight line.
   */
  record BelowCeiling(double ceiling, double margin) implements Warp {
    private AboveFloor mirrored() {
      return new AboveFloor(-ceiling, margin);
    }

    @Override
    public double of(double loss) {
      return -mirrored().of(-loss);
    }

    @Override
    public double inverse(double warped) {
      return -mirrored().inverse(-warped);
    }

    @Override
    public double logSlope(double loss) {
      return mirrored().logSlope(-loss);
    }
  }

  /** Logit between {@code floor} and {@code ceiling}: for losses that saturate at both ends. */
  record Between(double floor, double ceiling) implements Warp {
    private static final double LEAST = 0.01;

    @Override
    public double of(double loss) {
      double span = ceiling - floor;
      double share = Math.min(1 - LEAST, Math.max(LEAST, (loss - floor) / span));
      return Math.log(share / (1 - share));
    }

    @Override
    public double inverse(double warped) {
      return floor + (ceiling - floor) / (1 + Math.exp(-warped));
    }

    @Override
    public double logSlope(double loss) {
      double span = ceiling - floor;
      double share = Math.min(1 - LEAST, Math.max(LEAST, (loss - floor) / span));
      return -Math.log(share * (1 - share) * span);
    }
  }

  /** The warps worth trying for losses from {@code low} to {@code high}. */
  static List<Warp> candidates(double low, double high) {
    double range = high - low;
    List<Warp> all = new ArrayList<>(List.of(new None()));
    if (range > 1e-12) {
      for (double margin : new double[] {0.003, 0.03, 0.2}) {
        all.add(new AboveFloor(low - margin * range, 0.5 * margin * range));
      }
      for (double margin : new double[] {0.01, 0.05, 0.2, 0.6}) {
        all.add(new BelowCeiling(high + margin * range, 0.5 * margin * range));
      }
      for (double margin : new double[] {0.05, 0.2}) {
        all.add(new Between(low - margin * range, high + margin * range));
      }
    }
    return all;
  }
}
