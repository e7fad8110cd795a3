package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.List;

/**
 * Fits {@link Damage} by its maximum a posteriori (Levenberg and Marquardt on the residuals and the
 * prior's; Nocedal and Wright 2006, section 10.3).
 */
final class DamageFit {
  private static final int ITERATIONS = 25;
  private static final double SENSITIVITY = 1.0; // prior deviations, of logarithms
  private static final double NEIGHBOUR = 1.5;
  private static final double STEP = 1.0;
  private static final double SMOOTH = 0.8;
  private static final double FACTOR = 0.7;
  private static final double COUPLING = 0.3;
  private static final double LINK = 1.5;
  private static final double LEAST_BELIEVED = 0.02; // of what is usual

  private final Damage.Layout layout;
  private final List<Datum> data;
  private final double[] centre;
  private final double typicalSpan;

  /**
   * A loss to fit to.
   *
   * @param deviation of its error
   */
  record Datum(Point at, double loss, double deviation, Kind kind) {
    Datum withMore(double deviationBeside) {
      return new Datum(at, loss, Math.hypot(deviation, deviationBeside), kind);
    }
  }

  /** What a loss says. */
  enum Kind {
    /** The loss is about that. */
    VALUE,
    /** The loss is that or more: a trial that was stopped would have done no better. */
    BOUND
  }

  /**
   * What is fitted to.
   *
   * @param beliefs what is believed of each group's variables, in any unit; empty without a belief
   */
  DamageFit(Damage.Layout layout, List<Datum> data, List<Additive> beliefs) {
    this.layout = layout;
    this.data = List.copyOf(data);
    double low = data.stream().mapToDouble(Datum::loss).min().orElse(0);
    double high = data.stream().mapToDouble(Datum::loss).max().orElse(1);
    typicalSpan = Math.max(1e-9, high - low);
    centre = new double[layout.size];
    centre[Damage.FLOOR] = low;
    centre[Damage.SPAN] = Math.log(typicalSpan);
    centre[Damage.PLATEAU] = 1;
    for (int g = 0; g < layout.stepsAt.length; g++) {
      // All variables at their worst: a damage of about 3 a group.
      double step = 3.0 / layout.groups.get(g).size() / Math.max(1, layout.steps(g));
      Arrays.fill(centre, layout.stepsAt[g], layout.stepsAt[g] + layout.steps(g), Math.log(step));
    }
    for (int g = 0; g < beliefs.size(); g++) {
      believe(g, beliefs.get(g));
    }
  }

  /** Moves the prior's centre to the sensitivities and the curve that are believed of a group. */
  private void believe(int group, Additive belief) {
    List<Integer> members = layout.groups.get(group).members();
    int steps = layout.steps(group);
    double[] rises = new double[steps];
    double[] totals = new double[members.size()];
    for (int m = 0; m < totals.length; m++) {
      for (int c = 0; c < steps; c++) {
        double rise = belief.term(members.get(m), c + 1) - belief.term(members.get(m), c);
        rises[layout.rising[group] ? c : steps - 1 - c] += layout.rising[group] ? rise : -rise;
        totals[m] += layout.rising[group] ? rise : -rise;
      }
    }
    double mean = Arrays.stream(totals).average().orElse(0);
    if (!(mean > 0)) {
      return; // nothing is believed, or the trials say that the other way is up
    }
    double sum = 0;
    for (int m = 0; m < totals.length; m++) {
      totals[m] = Math.log(Math.max(totals[m], LEAST_BELIEVED * mean));
      sum += totals[m];
    }
    for (int m = 0; m < totals.length; m++) {
      centre[Damage.FIRST + members.get(m)] = totals[m] - sum / totals.length;
    }
    double whole = Arrays.stream(rises).sum();
    for (int k = 0; k < steps; k++) {
      double share = Math.max(rises[k] / whole, LEAST_BELIEVED / steps);
      centre[layout.stepsAt[group] + k] += Math.log(share * steps);
    }
  }

  /** The fit, from the prior's centre. */
  Damage fit() {
    double[] theta = centre.clone();
    double lambda = 1e-2;
    double now = objective(theta);
    for (int it = 0; it < ITERATIONS; it++) {
      int p = layout.size;
      double[][] a = new double[p][p];
      double[] b = new double[p];
      normal(theta, a, b);
      boolean moved = false;
      for (int attempt = 0; attempt < 6 && !moved; attempt++) {
        double[] next = theta.clone();
        double[] step = factor(a, lambda).solve(b);
        for (int k = 0; k < p; k++) {
          next[k] += Math.max(-1.5, Math.min(1.5, step[k]));
        }
        double then = objective(next);
        if (then < now) {
          moved = now - then > 1e-3;
          theta = next;
          now = then;
          lambda = Math.max(1e-6, lambda / 4);
          if (!moved) {
            return new Damage(layout, theta);
          }
        } else {
          lambda *= 6;
        }
      }
      if (!moved) {
        break;
      }
    }
    return new Damage(layout, theta);
  }

  private static Cholesky factor(double[][] a, double lambda) {
    Cholesky factor = new Cholesky(a.length);
    for (int i = 0; i < a.length; i++) {
      double[] row = Arrays.copyOf(a[i], i + 1);
      row[i] *= 1 + lambda;
      factor.append(row);
    }
    return factor;
  }

  /** The posterior around a fit, as the factor of its precision (Laplace's approximation). */
  Cholesky precision(Damage fit) {
    double[][] a = new double[layout.size][layout.size];
    normal(fit.theta(), a, new double[layout.size]);
    return factor(a, 1e-9);
  }

  /**
   * What each value would be missed by if it were left out, to first order: its residual over one
   * minus its leverage; 0 for bounds.
   */
  double[] missed(Damage fit, Cholesky precision) {
    double[] missed = new double[data.size()];
    for (int n = 0; n < missed.length; n++) {
      Datum d = data.get(n);
      if (d.kind() == Kind.VALUE) {
        double[] j = derivatives(fit, d.at());
        double[] z = precision.forward(j);
        double leverage = Vectors.dot(z, z, z.length) / (d.deviation() * d.deviation());
        missed[n] = residual(fit, d) / Math.max(0.02, 1 - leverage);
      }
    }
    return missed;
  }

  /** How far a loss lies above what is foreseen; a bound that is kept is no distance away. */
  private static double residual(Damage damage, Datum d) {
    double residual = d.loss() - damage.loss(damage.of(d.at()));
    return d.kind() == Kind.BOUND ? Math.max(0, residual) : residual;
  }

  private double[] derivatives(Damage damage, Point point) {
    double[] j = new double[layout.size];
    double t = damage.gradient(point, j);
    double slope = damage.slope(t);
    for (int k = Damage.FIRST; k < j.length; k++) {
      j[k] *= slope;
    }
    damage.linkGradient(t, j);
    return j;
  }

  private double objective(double[] theta) {
    Damage damage = new Damage(layout, theta);
    double sum = 0;
    for (Datum d : data) {
      double r = residual(damage, d) / d.deviation();
      sum += r * r;
    }
    double[] prior = {sum};
    prior(theta, (r, is, ws) -> prior[0] += r * r);
    return prior[0];
  }

  private interface Row {
    void take(double residual, int[] indexes, double[] weights);
  }

  /** The prior as residuals that are linear in the unknowns. */
  private void prior(double[] theta, Row row) {
    single(theta, Damage.FLOOR, 0.3 * typicalSpan, row);
    single(theta, Damage.SPAN, 0.5, row);
    single(theta, Damage.PLATEAU, LINK, row);
    for (Group group : layout.groups) {
      List<Integer> members = group.members();
      for (int k = 0; k < members.size(); k++) {
        single(theta, Damage.FIRST + members.get(k), SENSITIVITY, row);
        if (k > 0) {
          difference(
              theta,
              Damage.FIRST + members.get(k),
              Damage.FIRST + members.get(k - 1),
              NEIGHBOUR,
              row);
        }
      }
    }
    for (int g = 0; g < layout.stepsAt.length; g++) {
      for (int k = 0; k < layout.steps(g); k++) {
        single(theta, layout.stepsAt[g] + k, 2 * STEP, row);
        if (k > 0) {
          difference(theta, layout.stepsAt[g] + k, layout.stepsAt[g] + k - 1, SMOOTH, row);
        }
      }
    }
    if (layout.factorsAt.length > 0) {
      for (int k = layout.factorsAt[0][0]; k < layout.pairAt; k++) {
        single(theta, k, FACTOR, row);
      }
    }
    for (int p = 0; p < layout.pairs.length; p++) {
      single(theta, layout.pairAt + p, COUPLING, row);
    }
  }

  private void single(double[] theta, int at, double deviation, Row row) {
    row.take((theta[at] - centre[at]) / deviation, new int[] {at}, new double[] {1 / deviation});
  }

  private void difference(double[] theta, int at, int before, double deviation, Row row) {
    row.take(
        (theta[at] - centre[at] - theta[before] + centre[before]) / deviation,
        new int[] {at, before},
        new double[] {1 / deviation, -1 / deviation});
  }

  /** The normal equations: a = JᵀJ, lower half, and b = −Jᵀr. */
  private void normal(double[] theta, double[][] a, double[] b) {
    Damage damage = new Damage(layout, theta);
    int p = layout.size;
    for (Datum d : data) {
      double r = residual(damage, d);
      if (d.kind() == Kind.BOUND && r == 0) {
        continue; // says nothing here
      }
      double[] j = derivatives(damage, d.at());
      double w = 1 / (d.deviation() * d.deviation());
      for (int k = 0; k < p; k++) {
        if (j[k] != 0) {
          double[] row = a[k];
          double wk = w * j[k];
          for (int l = 0; l <= k; l++) {
            row[l] += wk * j[l];
          }
          b[k] += wk * r;
        }
      }
    }
    prior(
        theta,
        (r, is, ws) -> {
          for (int x = 0; x < is.length; x++) {
            b[is[x]] -= ws[x] * r;
            for (int y = 0; y < is.length; y++) {
              if (is[y] <= is[x]) {
                a[is[x]][is[y]] += ws[x] * ws[y];
              }
            }
          }
        });
  }
}
