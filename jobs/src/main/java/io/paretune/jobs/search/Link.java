package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a loss becomes what the surrogate's process sees, and back: its value on a warped,
 * standardised scale, or, with a damage model, what that leaves of it.
 *
 * @param centre of the warped losses; unused with a damage model
 * @param spread standard deviation of the warped losses, or of the damages
 */
record Link(Warp warp, double centre, double spread, Optional<DamageModel> damage) {
  private static final double MOST_LEFT = 3; // standard deviations

  /** Losses as they are. */
  static final Link NONE = new Link(new Warp.None(), 0, 1, Optional.empty());

  /** Standardised by these losses. */
  static Link of(Warp warp, List<Observation> observations) {
    double[] values = observations.stream().mapToDouble(o -> warp.of(o.loss())).toArray();
    double centre = Arrays.stream(values).average().orElse(0);
    double spread = deviation(values, centre);
    return new Link(warp, centre, spread > 1e-12 ? spread : 1, Optional.empty());
  }

  /** By a damage model, standardised by the damages that it foresees of these observations. */
  static Link of(DamageModel damage, List<Observation> observations) {
    double[] foreseen =
        observations.stream().mapToDouble(o -> damage.damage().of(o.at().point)).toArray();
    double mean = Arrays.stream(foreseen).average().orElse(0);
    return new Link(
        new Warp.None(), 0, Math.max(1e-6, deviation(foreseen, mean)), Optional.of(damage));
  }

  private static double deviation(double[] values, double mean) {
    return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(1));
  }

  /** What the damage model alone foresees of a point, standardised. */
  double foreseen(Point point) {
    return damage.isPresent() ? damage.get().damage().of(point) / spread : 0;
  }

  /** The loss that a standardised value stands for. */
  double loss(double standardised) {
    return damage.isPresent()
        ? damage.get().damage().loss(spread * standardised)
        : warp.inverse(centre + spread * standardised);
  }

  /** The standardised value of a loss. */
  double standardised(double loss) {
    return damage.isPresent()
        ? damage.get().damage().damage(loss) / spread
        : (warp.of(loss) - centre) / spread;
  }

  /** What the process sees of an observation; of a damage model's rest to first order. */
  double target(Observation o) {
    if (damage.isEmpty()) {
      return standardised(o.loss());
    }
    Damage of = damage.get().damage();
    double foreseen = of.of(o.at().point);
    double step = (o.loss() - of.loss(foreseen)) / of.slope(foreseen);
    return Math.max(-MOST_LEFT, Math.min(MOST_LEFT, step / spread));
  }

  /** Slope of the scale at a loss; of a damage model at what it foresees, not at luck's making. */
  private double slope(Observation o) {
    if (damage.isEmpty()) {
      return Math.exp(warp.logSlope(o.loss())) / spread;
    }
    Damage of = damage.get().damage();
    return 1 / (spread * of.slope(of.of(o.at().point)));
  }

  /**
   * Known noise variance of what the process sees of an observation.
   *
   * @param own how many of the study's own values there are: evidence from elsewhere fades with
   *     them
   */
  double noise(Observation o, int objective, int own) {
    Trial trial = o.trial();
    double variance = 0;
    if (trial.samples() > 0) {
      double slope = slope(o);
      variance += o.samplingVariance(objective) * slope * slope;
    }
    if (o.isBound()) {
      variance =
          2 * variance + 0.1; // it was seen on a part of the questions, and maybe by bad luck
    }
    if (trial.origin().isForeign()) {
      double fade = 1 + own / Trial.Origin.HALF_FADED;
      variance += 0.05 * fade * (1 / trial.origin().weight() - 1);
    }
    return variance;
  }
}
