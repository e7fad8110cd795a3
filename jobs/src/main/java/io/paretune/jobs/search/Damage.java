package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A loss as compressing layers makes it: every variable does some damage, its own sensitivity times
 * a rising curve that its group shares, times what the choices of {@link Factors} make of the
 * group's damage; neighbours add to or take from each other's damage; and the loss rises with the
 * damage from a floor to a ceiling, at once or after a plateau.
 *
 * <pre>  damage = Σ oᵢ + Σ c √(oᵢ oⱼ),  oᵢ = e^aᵢ · e^b · h(xᵢ),  h a sum of steps e^v
 *  loss = floor + span · (1 − 1 / (1 + (e^damage − 1) / m))</pre>
 *
 * With m = 1 the kept share falls like e^−damage, with a large m it is a logistic curve.
 */
final class Damage {
  /** Where the unknowns lie in a parameter vector. */
  static final class Layout {
    final SearchSpace space;
    final List<Group> groups;
    final int[] groupOf;
    final int[] stepsAt; // by group
    final boolean[] rising; // by group: damage rises with the coordinate
    final Factors factors;
    final int[][]
        factorsAt; // by factor and group: its choices but the first, which changes nothing
    final int[][] pairs;
    final int pairAt;
    final int size;

    Layout(SearchSpace space, List<Group> groups, boolean[] rising, int[][] pairs) {
      this.space = space;
      this.groups = groups;
      this.rising = rising;
      this.pairs = pairs;
      factors = Factors.of(space, groups);
      groupOf = new int[space.dimensions()];
      stepsAt = new int[groups.size()];
      int at = FIRST + space.dimensions();
      for (int g = 0; g < stepsAt.length; g++) {
        for (int i : groups.get(g).members()) {
          groupOf[i] = g;
        }
        stepsAt[g] = at;
        at += steps(g);
      }
      factorsAt = new int[factors.variables().size()][groups.size()];
      for (int f = 0; f < factorsAt.length; f++) {
        for (int g = 0; g < groups.size(); g++) {
          factorsAt[f][g] = at;
          at += steps(g) > 0 ? choices(f) - 1 : 0;
        }
      }
      pairAt = at;
      size = at + pairs.length;
    }

    /** How many steps a group's curve has; a factor has none. */
    int steps(int group) {
      int first = groups.get(group).members().get(0);
      return factors.contains(first) ? 0 : (int) space.parameter(first).cardinality() - 1;
    }

    int choices(int factor) {
      return (int) space.parameter(factors.variables().get(factor)).cardinality();
    }

    /** How many steps up its group's curve a coordinate is. */
    int level(int variable, double coordinate) {
      int g = groupOf[variable];
      return rising[g] ? (int) coordinate : steps(g) - (int) coordinate;
    }
  }

  static final int FLOOR = 0;
  static final int SPAN = 1; // logarithm
  static final int PLATEAU = 2; // logarithm of m
  static final int FIRST = 3; // log sensitivities
  private static final double MOST = 30;
  private static final double LEAST_KEPT = 1e-3;

  private final Layout layout;
  private final double[] theta;
  private final double[] ones; // by group
  private final double[][] own; // by variable and coordinate

  Damage(Layout layout, double[] theta) {
    this.layout = layout;
    this.theta = theta;
    ones = new double[layout.stepsAt.length];
    Arrays.fill(ones, 1);
    double[][] curve = new double[layout.stepsAt.length][]; // by group and level
    for (int g = 0; g < curve.length; g++) {
      curve[g] = new double[layout.steps(g) + 1];
      for (int k = 1; k < curve[g].length; k++) {
        curve[g][k] = curve[g][k - 1] + Math.exp(theta[layout.stepsAt[g] + k - 1]);
      }
    }
    own = new double[layout.space.dimensions()][];
    for (int i = 0; i < own.length; i++) {
      double sensitivity = Math.exp(theta[FIRST + i]);
      double[] ofGroup = curve[layout.groupOf[i]];
      own[i] = new double[(int) layout.space.parameter(i).cardinality()];
      for (int c = 0; c < ofGroup.length && ofGroup.length > 1; c++) {
        own[i][c] = sensitivity * ofGroup[layout.level(i, c)];
      }
    }
  }

  double[] theta() {
    return theta;
  }

  /** What each variable does on its own, by its coordinates, in a setting of the factors. */
  double[][] effects(List<Integer> setting) {
    double[] multiples = multiples(setting::get);
    double[][] effects = new double[own.length][];
    for (int i = 0; i < own.length; i++) {
      double multiple = multiples[layout.groupOf[i]];
      effects[i] = Arrays.stream(own[i]).map(o -> multiple * o).toArray();
    }
    return effects;
  }

  /** What the factors' choices make of each group's damage. */
  private double[] multiples(IntUnaryOperator choiceOf) {
    if (layout.factorsAt.length == 0) {
      return ones;
    }
    double[] multiples = ones.clone();
    for (int f = 0; f < layout.factorsAt.length; f++) {
      int choice = choiceOf.applyAsInt(f);
      for (int g = 0; g < multiples.length && choice > 0; g++) {
        if (layout.steps(g) > 0) {
          multiples[g] *= Math.exp(theta[layout.factorsAt[f][g] + choice - 1]);
        }
      }
    }
    return multiples;
  }

  /** The damage as a sum over variables and pairs, in a setting of the factors. */
  ChoiceEffects choiceEffects(List<Integer> setting) {
    double[][] roots = effects(setting);
    for (double[] root : roots) {
      for (int c = 0; c < root.length; c++) {
        root[c] = Math.sqrt(root[c]);
      }
    }
    double[] couplings =
        Arrays.copyOfRange(theta, layout.pairAt, layout.pairAt + layout.pairs.length);
    return new ChoiceEffects(
        0, effects(setting), layout.pairs, List.of(new ChoiceEffects.Products(roots, couplings)));
  }

  /** All variables' damage. */
  double of(Point point) {
    return gradient(point, null);
  }

  /** The damage; its derivatives by the unknowns beyond the link's go to {@code into}. */
  double gradient(Point point, double @Nullable [] into) {
    int d = layout.space.dimensions();
    double[] at = new double[d];
    double[] root = new double[d];
    double[] slope = new double[d]; // of the damage by its own
    double sum = 0;
    List<Integer> factors = layout.factors.variables();
    double[] multiples = multiples(f -> point.choice(factors.get(f)));
    for (int i = 0; i < d; i++) {
      at[i] = multiples[layout.groupOf[i]] * own[i][point.choice(i)];
      root[i] = Math.sqrt(at[i]);
      slope[i] = 1;
      sum += at[i];
    }
    for (int p = 0; p < layout.pairs.length; p++) {
      int i = layout.pairs[p][0];
      int j = layout.pairs[p][1];
      double c = theta[layout.pairAt + p];
      double both = root[i] * root[j];
      sum += c * both;
      slope[i] += at[i] > 0 ? 0.5 * c * both / at[i] : 0;
      slope[j] += at[j] > 0 ? 0.5 * c * both / at[j] : 0;
      if (into != null) {
        into[layout.pairAt + p] = both;
      }
    }
    if (into != null) {
      for (int i = 0; i < d; i++) {
        into[FIRST + i] = slope[i] * at[i];
        int g = layout.groupOf[i];
        double sensitivity = multiples[g] * Math.exp(theta[FIRST + i]);
        int level = layout.steps(g) > 0 ? layout.level(i, point.at(i)) : 0;
        for (int f = 0; f < factors.size() && layout.steps(g) > 0; f++) {
          int choice = point.choice(factors.get(f));
          if (choice > 0) {
            into[layout.factorsAt[f][g] + choice - 1] += slope[i] * at[i];
          }
        }
        for (int k = 0; k < level; k++) {
          into[layout.stepsAt[g] + k] +=
              slope[i] * sensitivity * Math.exp(theta[layout.stepsAt[g] + k]);
        }
      }
    }
    return sum;
  }

  private double m() {
    return Math.exp(theta[PLATEAU]);
  }

  /** The share of what can be lost that is lost at a damage. */
  private double lost(double damage) {
    double t = clipped(damage);
    double kept = 1 / (1 + Math.expm1(t) / m());
    return 1 - kept;
  }

  private static double clipped(double damage) {
    return damage > 0 ? Math.min(damage, MOST) : 0;
  }

  double loss(double damage) {
    return theta[FLOOR] + Math.exp(theta[SPAN]) * lost(damage);
  }

  /** Derivative of the loss by the damage; never 0, so that a step always leads somewhere. */
  double slope(double damage) {
    double t = clipped(damage);
    double kept = 1 / (1 + Math.expm1(t) / m());
    return Math.exp(theta[SPAN]) * Math.max(1e-3, kept * kept * Math.exp(t) / m());
  }

  /** Derivatives of the loss by the link's own unknowns. */
  void linkGradient(double damage, double[] into) {
    double t = clipped(damage);
    double kept = 1 / (1 + Math.expm1(t) / m());
    double span = Math.exp(theta[SPAN]);
    into[FLOOR] = 1;
    into[SPAN] = span * (1 - kept);
    into[PLATEAU] = -span * kept * kept * Math.expm1(t) / m();
  }

  /** The damage at which a loss is expected, short of the ends where there is none. */
  double damage(double loss) {
    double share = (loss - theta[FLOOR]) / Math.exp(theta[SPAN]);
    double kept = 1 - Math.min(1 - LEAST_KEPT, Math.max(0, share));
    return Math.log1p(m() * (1 / kept - 1));
  }
}
