package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The best trade-offs that an additive model sees under a known quantity, as proposals: memory
 * where it is an objective, else the first constrained quantity, else none, and then every variable
 * is simply set to its best value.
 */
final class KnapsackProposals {
  private static final int BINS = 200;
  private static final int MOST_CHOICES = 127;

  private final Optional<Additive> quantity;
  private final Optional<Knapsack> knapsack;
  private final boolean monotone;

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
   * The best points under an additive model with these effects of each choice, by the quantity,
   * ascending.
   *
   * @param within makes the effects of choices infinite that must not be taken
   */
  List<Offer> offers(double[][] all, UnaryOperator<double[][]> within) {
    if (monotone && quantity.isPresent()) {
      Monotone.enforce(all, quantity.get());
    }
    double[][] effects = within.apply(all);
    List<Offer> offers = new ArrayList<>();
    if (knapsack.isEmpty()) {
      offers.add(separately(effects));
      return offers;
    }
    Knapsack.Solution solution = knapsack.get().solve(effects);
    for (int b = 0; b < solution.bins(); b++) {
      if (solution.sum(b) < Double.POSITIVE_INFINITY) {
        double[] at = Arrays.stream(solution.choices(b)).asDoubleStream().toArray();
        offers.add(new Offer(Point.of(at), solution.sum(b)));
      }
    }
    return offers;
  }

  private static Offer separately(double[][] effects) {
    double[] at = new double[effects.length];
    double sum = 0;
    for (int i = 0; i < at.length; i++) {
      for (int c = 1; c < effects[i].length; c++) {
        at[i] = effects[i][c] < effects[i][(int) at[i]] ? c : at[i];
      }
      sum += effects[i][(int) at[i]];
    }
    return new Offer(Point.of(at), sum);
  }
}
