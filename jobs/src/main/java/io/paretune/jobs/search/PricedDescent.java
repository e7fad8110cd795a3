package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Trade-offs between effects that interact and a known quantity: for one price of the quantity
 * after another, each variable in turn takes the choice that costs least, the others being what
 * they are, until none moves (Besag 1986, iterated conditional modes). Every move is a trade-off;
 * those that no other beats by much are offered.
 */
final class PricedDescent {
  private static final int PRICES = 40; // up, and down again
  private static final double REACH = 5; // e-folds around effects and quantity at par
  private static final int SWEEPS = 8;

  /** A share of the effects' range: what is no worse than this may be better than is thought. */
  private static final double SLACK = 0.02;

  private final ChoiceEffects effects;
  private final Additive quantity;
  private final double span;
  private final int[] at;
  private final int[] start;
  private final double[] cost;
  private final List<Move> moves = new ArrayList<>();
  private double effect;
  private double amount;

  /** A variable that took a choice, and the sums since. */
  private record Move(int variable, int choice, double effect, double amount) {}

  private PricedDescent(ChoiceEffects effects, Additive quantity) {
    this.effects = effects;
    this.quantity = quantity;
    span = Math.max(quantity.greatest() - quantity.least(), Double.MIN_NORMAL);
    at = new int[effects.variables()];
    Arrays.setAll(at, i -> first(effects.own()[i]));
    cost = new double[IntStream.range(0, at.length).map(effects::choices).max().orElse(0)];
    start = at.clone();
    effect = effects.of(point(at));
    amount = quantity.of(point(at));
  }

  /** The first choice that may be taken. */
  private static int first(double[] effects) {
    int c = 0;
    while (c + 1 < effects.length && effects[c] == Double.POSITIVE_INFINITY) {
      c++;
    }
    return c;
  }

  /**
   * The trade-offs met while the price of a unit of the quantity rises, and while it falls again.
   *
   * @param sign 1 if less of the quantity is better, -1 if more
   */
  static List<KnapsackProposals.Offer> offers(ChoiceEffects effects, Additive quantity, int sign) {
    PricedDescent descent = new PricedDescent(effects, quantity);
    double par = effects.range();
    for (int k = 0; k < 2 * PRICES; k++) {
      double share = (k < PRICES ? k : 2 * PRICES - 1 - k) / (PRICES - 1.0);
      descent.settle(sign * par * Math.exp(REACH * (2 * share - 1)));
    }
    return descent.nearlyBest(sign);
  }

  /** A point at which no single change lessens the effects. */
  static KnapsackProposals.Offer best(ChoiceEffects effects) {
    List<List<Double>> none = Collections.nCopies(effects.variables(), List.of());
    PricedDescent descent = new PricedDescent(effects, Additive.of(0, none));
    descent.settle(0);
    return new KnapsackProposals.Offer(point(descent.at), descent.effect);
  }

  private void settle(double price) {
    boolean moved = true;
    for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
      moved = false;
      for (int i = 0; i < at.length; i++) {
        moved |= settle(i, price / span);
      }
    }
  }

  /** Whether a variable took another choice. */
  private boolean settle(int variable, double price) {
    effects.given(at, variable, cost);
    int before = at[variable];
    int best = before;
    double least = cost[before] + price * quantity.term(variable, before) - 1e-12;
    for (int c = 0; c < effects.choices(variable); c++) {
      double here = cost[c] + price * quantity.term(variable, c);
      if (here < least) {
        least = here;
        best = c;
      }
    }
    if (best == before) {
      return false;
    }
    at[variable] = best;
    effect += cost[best] - cost[before];
    amount += quantity.term(variable, best) - quantity.term(variable, before);
    moves.add(new Move(variable, best, effect, amount));
    return true;
  }

  /**
   * The points after those moves than which none with less of the quantity has much less effect.
   */
  private List<KnapsackProposals.Offer> nearlyBest(int sign) {
    Integer[] order = new Integer[moves.size()];
    Arrays.setAll(order, k -> k);
    Arrays.sort(
        order,
        Comparator.<Integer>comparingDouble(k -> sign * moves.get(k).amount())
            .thenComparingDouble(k -> moves.get(k).effect()));
    boolean[] kept = new boolean[order.length];
    double least = Double.POSITIVE_INFINITY;
    double slack = SLACK * effects.range();
    for (int k : order) {
      double here = moves.get(k).effect();
      kept[k] = here < least + slack;
      least = Math.min(least, here);
    }
    List<KnapsackProposals.Offer> offers = new ArrayList<>();
    int[] then = start.clone();
    for (int k = 0; k < kept.length; k++) {
      Move move = moves.get(k);
      then[move.variable()] = move.choice();
      if (kept[k]) {
        offers.add(new KnapsackProposals.Offer(point(then), move.effect()));
      }
    }
    return offers;
  }

  private static Point point(int[] at) {
    return Point.of(Arrays.stream(at).asDoubleStream().toArray());
  }
}
