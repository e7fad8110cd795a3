package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The linear part of the surrogate: what a point looks like to a Bayesian regression. A variable's
 * effect is a polynomial in its unit coordinate; it is the sum of what all variables of its group
 * share, what varies smoothly with depth, and what is its own. Neighbours in a group, and variables
 * of different groups at one position, may interact. Once the groups' curves are known, multiples
 * of them say the same with fewer unknowns.
 */
final class Features {
  /** Where a feature comes from; each part has one prior scale. */
  enum Part {
    SHARED,
    SMOOTH,
    OWN,
    PAIR,
    /** What was believed of the loss before any trial, such as a calibration's sensitivities. */
    PRIOR,
    /** What all evidence from elsewhere is off by, such as a sibling model's better score. */
    FOREIGN,
    /** Multiples of a group's {@link Curves curve}: smooth in depth, and each variable's own. */
    TREND,
    SENSITIVITY,
    /** Neighbours' curves, as geometric means. */
    CURVED_PAIR
  }

  private static final int WAVES = 6; // of depth, in the smooth part
  private static final double[] DEGREE_SCALE = {1, 0.5, 0.25, 0.15};
  private static final int MOST_PAIRS = 400;

  private final SearchSpace space;
  private final List<Group> groups;
  private final Factors factors;
  private final int[] groupOf;
  private final double[][] waves; // [parameter][wave]
  private final BasisTable table;
  private final int[][] pairs; // two parameters each
  private final int[] basis; // how many basis functions a parameter has
  private final int[] sharedAt; // by group, where its features begin
  private final int[] smoothAt;
  private final int[] ownAt; // by parameter
  private final int pairAt;
  private final Additive[] beliefOf; // by group, see Group.within; none without belief
  private final int beliefAt;
  private final int foreignAt;
  private final int curvedAt; // what follows needs the groups' curves
  private final int[] trendAt; // by group
  private final int[] sensitivityAt; // by parameter
  private final int curvedPairAt;
  private final Part[] parts;
  private final double[] prior; // standard deviation of each feature's weight, before part scales

  Features(SearchSpace space, Optional<Additive> belief) {
    this.space = space;
    this.table = new BasisTable(space);
    this.groups = Group.of(space);
    this.factors = Factors.of(space, groups);
    beliefOf =
        belief
            .map(b -> groups.stream().map(g -> g.within(b)).toArray(Additive[]::new))
            .orElse(new Additive[0]);
    int d = space.dimensions();
    groupOf = new int[d];
    waves = new double[d][];
    basis = new int[d];
    for (int i = 0; i < d; i++) {
      basis[i] = Basis.size(space.parameter(i));
    }
    List<Part> kinds = new ArrayList<>();
    List<Double> scales = new ArrayList<>();
    sharedAt = new int[groups.size()];
    smoothAt = new int[groups.size()];
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      int size = basis[group.members().get(0)];
      for (int k = 0; k < group.size(); k++) {
        groupOf[group.members().get(k)] = g;
        waves[group.members().get(k)] = wavesAt(group.positions().get(k));
      }
      sharedAt[g] = add(kinds, scales, Part.SHARED, group.size() > 1 ? size : 0, size, 1.0);
    }
    for (int g = 0; g < groups.size(); g++) {
      int size = basis[groups.get(g).members().get(0)];
      smoothAt[g] = kinds.size();
      for (int m = 0; m < (isMany(g) ? WAVES : 0); m++) {
        add(kinds, scales, Part.SMOOTH, size, size, 1 / (1 + 0.5 * m));
      }
    }
    ownAt = new int[d];
    for (int i = 0; i < d; i++) {
      double scale = 1 / Math.sqrt(groups.get(groupOf[i]).size());
      ownAt[i] = add(kinds, scales, Part.OWN, basis[i], basis[i], scale);
    }
    pairs = neighbours();
    pairAt = kinds.size();
    add(kinds, scales, Part.PAIR, pairs.length, 1, 1 / Math.sqrt(Math.max(1, pairs.length)));
    beliefAt = kinds.size();
    add(kinds, scales, Part.PRIOR, belief.isPresent() ? groups.size() : 0, 1, 1);
    foreignAt = add(kinds, scales, Part.FOREIGN, 1, 1, 1);
    curvedAt = kinds.size();
    trendAt = new int[groups.size()];
    sensitivityAt = new int[d];
    for (int g = 0; g < groups.size(); g++) {
      trendAt[g] = kinds.size();
      for (int m = 0; m < (isMany(g) ? WAVES : 0); m++) {
        add(kinds, scales, Part.TREND, 1, 1, 1 / (1 + 0.5 * m));
      }
    }
    for (int i = 0; i < d; i++) {
      sensitivityAt[i] = add(kinds, scales, Part.SENSITIVITY, isMany(groupOf[i]) ? 1 : 0, 1, 1);
    }
    curvedPairAt = kinds.size();
    boolean curved = curvedPairAt > curvedAt;
    add(kinds, scales, Part.CURVED_PAIR, curved ? pairs.length : 0, 1, 1);
    parts = kinds.toArray(Part[]::new);
    prior = scales.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static int add(
      List<Part> parts, List<Double> scales, Part part, int count, int cycle, double scale) {
    int at = parts.size();
    for (int k = 0; k < count; k++) {
      parts.add(part);
      scales.add(part == Part.PAIR ? scale : scale * DEGREE_SCALE[Math.min(3, k % cycle)]);
    }
    return at;
  }

  private static double[] wavesAt(double position) {
    double[] at = new double[WAVES];
    for (int m = 0; m < WAVES; m++) {
      at[m] = Math.cos(Math.PI * (m + 1) * position);
    }
    return at;
  }

  /** Next in depth within a group, and the same rank in the next group if their sizes agree. */
  private int[][] neighbours() {
    List<int[]> found = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      for (int k = 0; k + 1 < group.size(); k++) {
        found.add(new int[] {group.members().get(k), group.members().get(k + 1)});
      }
      for (int h = g + 1; h < groups.size(); h++) {
        Group other = groups.get(h);
        for (int k = 0; group.size() > 1 && other.size() == group.size() && k < group.size(); k++) {
          found.add(new int[] {group.members().get(k), other.members().get(k)});
        }
      }
    }
    return found.size() > MOST_PAIRS ? new int[0][] : found.toArray(int[][]::new);
  }

  /** Variables that may interact, two each. */
  int[][] pairs() {
    return pairs;
  }

  int size() {
    return parts.length;
  }

  /** Whether a part exists only once the groups' curves are known. */
  static boolean isCurved(Part part) {
    return part == Part.TREND || part == Part.SENSITIVITY || part == Part.CURVED_PAIR;
  }

  /** Whether a group is large enough for a curve of its own. */
  private boolean isMany(int group) {
    return groups.get(group).size() > 3;
  }

  boolean canCurve() {
    return curvedAt < parts.length;
  }

  /** The groups' curves that these weights stand for. */
  Curves curves(double[] weights) {
    double[][] coefficients = new double[groups.size()][0];
    double[] least = new double[groups.size()];
    double[] values = new double[Basis.MOST];
    for (int g = 0; g < coefficients.length; g++) {
      if (!isMany(g)) {
        continue;
      }
      int first = groups.get(g).members().get(0);
      Parameter p = space.parameter(first);
      double[] c = Arrays.copyOfRange(weights, sharedAt[g], sharedAt[g] + basis[first]);
      coefficients[g] = c;
      least[g] = Double.POSITIVE_INFINITY;
      int steps = (int) Math.min(64, p.cardinality() - 1);
      for (int s = 0; s <= steps; s++) {
        Basis.at(p, p.atUnit(steps == 0 ? 0.5 : (double) s / steps), values);
        least[g] = Math.min(least[g], Vectors.dot(c, values, c.length));
      }
    }
    return new Curves(coefficients, least);
  }

  /** The features of a point with those that need the groups' curves. */
  double[] complete(double[] features, Curves curves) {
    double[] all = features.clone();
    double[] roots = new double[space.dimensions()];
    for (int i = 0; i < roots.length; i++) {
      int g = groupOf[i];
      if (!curves.has(g)) {
        continue;
      }
      double value = curves.at(g, features, ownAt[i]) / groups.get(g).size();
      roots[i] = Math.sqrt(value);
      all[sensitivityAt[i]] = value;
      for (int m = 0; m < WAVES; m++) {
        all[trendAt[g] + m] += waves[i][m] * value;
      }
    }
    for (int p = 0; p < pairs.length; p++) {
      all[curvedPairAt + p] = roots[pairs[p][0]] * roots[pairs[p][1]];
    }
    return all;
  }

  List<Group> groups() {
    return groups;
  }

  Factors factors() {
    return factors;
  }

  /** What is believed of each group's variables, each from -1 to 1; empty without a belief. */
  List<Additive> beliefs() {
    return List.of(beliefOf);
  }

  Part part(int feature) {
    return parts[feature];
  }

  /** Standard deviation of a feature's weight before its part's own scale. */
  double prior(int feature) {
    return prior[feature];
  }

  /** Whether any feature is of that part. */
  boolean has(Part part) {
    return Arrays.asList(parts).contains(part);
  }

  /** Where a part's features begin and end; parts are contiguous. */
  int begin(Part part) {
    int at = 0;
    while (at < parts.length && parts[at] != part) {
      at++;
    }
    return at;
  }

  int end(Part part) {
    int at = begin(part);
    while (at < parts.length && parts[at] == part) {
      at++;
    }
    return at;
  }

  /** The features of a point. */
  double[] of(Point point) {
    double[] features = new double[parts.length];
    double[] linear = new double[space.dimensions()];
    for (int i = 0; i < linear.length; i++) {
      double[] values = table.at(i, point.at(i));
      linear[i] = values[0];
      int g = groupOf[i];
      double share = 1.0 / groups.get(g).size();
      boolean several = groups.get(g).size() > 1;
      boolean many = groups.get(g).size() > 3;
      for (int r = 0; r < basis[i]; r++) {
        double value = values[r];
        features[ownAt[i] + r] = value;
        if (several) {
          features[sharedAt[g] + r] += value * share;
        }
        if (many) {
          for (int m = 0; m < WAVES; m++) {
            features[smoothAt[g] + m * basis[i] + r] += waves[i][m] * value * share;
          }
        }
      }
    }
    for (int p = 0; p < pairs.length; p++) {
      features[pairAt + p] = linear[pairs[p][0]] * linear[pairs[p][1]];
    }
    for (int g = 0; g < beliefOf.length; g++) {
      features[beliefAt + g] = beliefOf[g].of(point);
    }
    return features;
  }

  /** The features of an observation that was made elsewhere. */
  double[] foreign(double[] features) {
    double[] marked = features.clone();
    marked[foreignAt] = 1;
    return marked;
  }

  /** The part of the belief's features that no variable changes, under these weights. */
  double constant(double[] weights) {
    double sum = 0;
    for (int g = 0; g < beliefOf.length; g++) {
      sum += weights[beliefAt + g] * beliefOf[g].constant();
    }
    return sum;
  }

  /** Each choice's first basis function: what {@link Part#PAIR} multiplies. */
  double[][] linear() {
    return tabled((i, c) -> table.at(i, c)[0]);
  }

  /**
   * Each choice's root of its share of the group's curve: what {@link Part#CURVED_PAIR} multiplies.
   */
  double[][] roots(Curves curves) {
    return tabled(
        (i, c) -> {
          int g = groupOf[i];
          double share = 1.0 / groups.get(g).size();
          return curves.has(g) ? Math.sqrt(share * curves.at(g, table.at(i, c), 0)) : 0;
        });
  }

  private interface OfChoice {
    double at(int parameter, int choice);
  }

  private double[][] tabled(OfChoice value) {
    double[][] all = new double[space.dimensions()][];
    for (int i = 0; i < all.length; i++) {
      all[i] = new double[(int) space.parameter(i).cardinality()];
      for (int c = 0; c < all[i].length; c++) {
        all[i][c] = value.at(i, c);
      }
    }
    return all;
  }

  /** The additive effect that weights give each value of a discrete variable; pairs left out. */
  double[] effects(double[] weights, Optional<Curves> curves, int parameter) {
    int count = (int) space.parameter(parameter).cardinality();
    int g = groupOf[parameter];
    int size = basis[parameter];
    double share = 1.0 / groups.get(g).size();
    double[] combined = new double[size];
    for (int r = 0; r < size; r++) {
      combined[r] = weights[ownAt[parameter] + r];
      if (groups.get(g).size() > 1) {
        combined[r] += share * weights[sharedAt[g] + r];
      }
      for (int m = 0; groups.get(g).size() > 3 && m < WAVES; m++) {
        combined[r] += share * waves[parameter][m] * weights[smoothAt[g] + m * size + r];
      }
    }
    double[] effects = new double[count];
    Parameter p = space.parameter(parameter);
    for (int v = 0; v < count; v++) {
      double[] values = table.at(parameter, p.lowest() + v);
      for (int r = 0; r < size; r++) {
        effects[v] += combined[r] * values[r];
      }
      if (curves.isPresent() && curves.get().has(g)) {
        double multiple = weights[sensitivityAt[parameter]];
        for (int m = 0; m < WAVES; m++) {
          multiple += waves[parameter][m] * weights[trendAt[g] + m];
        }
        effects[v] += multiple * share * curves.get().at(g, values, 0);
      }
      if (beliefOf.length > 0) {
        effects[v] += weights[beliefAt + g] * beliefOf[g].term(parameter, p.lowest() + v);
      }
    }
    return effects;
  }
}
