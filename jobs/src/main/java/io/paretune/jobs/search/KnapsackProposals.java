package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The best trade-offs that a model sees under a known quantity, as proposals: memory where it is an
 * objective, else the first constrained quantity, else none, and then only the best point. Those
 * that sums of the variables' own effects allow are exact, by the knapsack; those under
 * interactions come from {@link PricedDescent}.
 */
final class KnapsackProposals {
  private static final int BINS = 200;
  private static final int MOST_CHOICES = 127;

  private final Optional<Additive> quantity;
  private final Optional<Knapsack> knapsack;
  private final boolean monotone;
  private final int[] signs;

  KnapsackProposals(SearchSpace space, boolean monotone) {
    this.monotone = monotone;
    this.quantity =
        space.objectives().stream()
            .flatMap(o -> o.known().stream())
            .findFirst()
            .or(
                () ->
                    space.knownConstraints().stream()
                        .map(Constraint.OnQuantity::quantity)
                        .findFirst());
    this.signs =
        space.objectives().stream()
            .filter(o -> o.known().isPresent())
            .map(o -> new int[] {o.direction() == Direction.MINIMIZE ? 1 : -1})
            .findFirst()
            .orElse(new int[] {1, -1}); // a constraint's quantity may be needed or spent
    int[] choices =
        space.parameters().stream().mapToInt(p -> (int) Math.min(1000, p.cardinality())).toArray();
    this.knapsack = quantity.map(q -> new Knapsack(q, choices, BINS));
  }

  /** Whether the space is made of choices, few enough of each. */
  static boolean isPossible(SearchSpace space) {
    return space.parameters().stream()
        .allMatch(p -> p instanceof Parameter.Choice && p.cardinality() <= MOST_CHOICES);
  }

  /** A trade-off: its point and the sum of its effects. */
  record Offer(Point point, double effect) {}

  /**
   * The best points under these effects, in no order.
   *
   * @param within makes the effects of choices infinite that must not be taken
   */
  List<Offer> offers(ChoiceEffects all, UnaryOperator<double[][]> within) {
    if (monotone && quantity.isPresent()) {
      Monotone.enforce(all.own(), quantity.get());
    }
    ChoiceEffects effects = all.with(within.apply(all.own()));
    List<Offer> offers = new ArrayList<>();
    if (knapsack.isEmpty()) {
      offers.add(PricedDescent.best(effects));
      return offers;
    }
    Knapsack.Solution solution = knapsack.get().solve(effects.own());
    for (int b = 0; b < solution.bins(); b++) {
      if (solution.sum(b) < Double.POSITIVE_INFINITY) {
        Point point = Point.of(Arrays.stream(solution.choices(b)).asDoubleStream().toArray());
        offers.add(new Offer(point, effects.of(point)));
      }
    }
    for (int sign : signs) {
      offers.addAll(PricedDescent.offers(effects, quantity.get(), sign));
    }
    return offers;
  }
}
