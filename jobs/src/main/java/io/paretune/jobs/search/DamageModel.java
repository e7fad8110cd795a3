package io.paretune.jobs.search;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A fitted {@link Damage} with its uncertainty.
 *
 * @param damage the fit
 * @param precision factor of the posterior's precision around it
 * @param layout of the unknowns
 */
record DamageModel(Damage damage, Cholesky precision, Damage.Layout layout) {
  private static final int LEAST_MEMBERS = 4;
  private static final int MOST_UNKNOWNS = 700;

  /**
   * Whether a space is made of ordered choices in groups that are large enough, single ones beside
   * them, such as the vision tower's ratio, and factors.
   */
  static boolean isPossible(SearchSpace space, Features features) {
    boolean possible =
        features.groups().stream()
            .allMatch(
                g -> {
                  int first = g.members().get(0);
                  Parameter p = space.parameter(first);
                  boolean ordered = p instanceof Parameter.Ordinal && p.cardinality() <= 40;
                  return features.factors().contains(first)
                      || (ordered && (g.size() == 1 || g.size() >= LEAST_MEMBERS));
                });
    boolean grouped = features.groups().stream().anyMatch(g -> g.size() >= LEAST_MEMBERS);
    return possible && grouped && space.dimensions() + features.pairs().length < MOST_UNKNOWNS;
  }

  /**
   * Fits to losses, if that foresees a left-out loss better than another model does. Of the priors
   * with and without the belief it is the one that foresees better.
   *
   * @param effects of each choice of each variable in an additive model: say which way is up
   * @param unexplained deviations that losses may have beside those, of which the one that foresees
   *     best is taken
   * @param toBeat what the other model misses each loss by if it is left out; 0 for bounds
   */
  static Optional<DamageModel> fit(
      SearchSpace space,
      Features features,
      double[][] effects,
      List<DamageFit.Datum> data,
      double[] unexplained,
      double[] toBeat) {
    List<Group> groups = features.groups();
    boolean[] rising = new boolean[groups.size()];
    for (int g = 0; g < rising.length; g++) {
      double rise = 0;
      for (int i : groups.get(g).members()) {
        rise += effects[i][effects[i].length - 1] - effects[i][0];
      }
      rising[g] = rise > 0;
    }
    Damage.Layout layout = new Damage.Layout(space, groups, rising, features.pairs());
    double least = weighted(toBeat, data);
    Optional<DamageModel> best = Optional.empty();
    List<List<Additive>> priors =
        features.beliefs().isEmpty() ? List.of(List.of()) : List.of(List.of(), features.beliefs());
    for (double more : unexplained) {
      List<DamageFit.Datum> wider = data.stream().map(d -> d.withMore(more)).toList();
      for (List<Additive> beliefs : priors) {
        DamageFit fit = new DamageFit(layout, wider, beliefs);
        Damage damage = fit.fit();
        Cholesky precision = fit.precision(damage);
        double missed = weighted(fit.missed(damage, precision), data);
        if (missed < least) {
          least = missed;
          best = Optional.of(new DamageModel(damage, precision, layout));
        }
      }
    }
    return best;
  }

  private static double weighted(double[] missed, List<DamageFit.Datum> data) {
    double sum = 0;
    for (int n = 0; n < missed.length; n++) {
      double r = missed[n] / data.get(n).deviation();
      sum += r * r;
    }
    return sum;
  }

  /** A draw from the posterior; with {@code spread} below 1 nearer to the fit. */
  Damage draw(RandomGenerator random, double spread) {
    double[] normal = new double[layout.size];
    for (int k = 0; k < normal.length; k++) {
      normal[k] = spread * random.nextGaussian();
    }
    double[] theta = precision.backward(normal);
    for (int k = 0; k < theta.length; k++) {
      theta[k] += damage.theta()[k];
    }
    return new Damage(layout, theta);
  }
}
