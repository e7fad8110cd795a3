package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PricedDescentTest {
  private static final int VARIABLES = 4;
  private static final int CHOICES = 3;
  private static final int[][] CHAIN = {{0, 1}, {1, 2}, {2, 3}};

  private final SearchSpace space = Spaces.ordinals(VARIABLES, CHOICES, Objective.minimize("f"));

  /** Effects of neighbours that interact with that strength. */
  private static ChoiceEffects effects(SplittableRandom random, double coupling) {
    double[][] own = new double[VARIABLES][CHOICES];
    double[][] factors = new double[VARIABLES][CHOICES];
    for (int i = 0; i < VARIABLES; i++) {
      for (int c = 0; c < CHOICES; c++) {
        own[i][c] = random.nextGaussian();
        factors[i][c] = random.nextGaussian();
      }
    }
    double[] weights = random.doubles(CHAIN.length, -coupling, coupling + 1e-300).toArray();
    return new ChoiceEffects(
        random.nextDouble(), own, CHAIN, List.of(new ChoiceEffects.Products(factors, weights)));
  }

  @Property(tries = 50)
  void whatAChoiceAddsIsWhatTheSumChangesBy(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ChoiceEffects both = effects(random, 2).plus(effects(random, 1), -0.5);
    double[] given = new double[CHOICES];
    Point from = RandomSampler.uniform(space, random);
    int[] at = java.util.stream.IntStream.range(0, VARIABLES).map(from::choice).toArray();
    for (int i = 0; i < VARIABLES; i++) {
      both.given(at, i, given);
      for (int c = 0; c < CHOICES; c++) {
        double change = both.of(from.with(i, c)) - both.of(from);
        assertThat(given[c] - given[at[i]]).isCloseTo(change, within(1e-9));
      }
    }
  }

  @Property(tries = 50)
  void offersSayWhatTheirPointsDo(@ForAll long seed, @ForAll @IntRange(min = 0, max = 1) int sign) {
    ChoiceEffects effects = effects(new SplittableRandom(seed), 1);
    Additive quantity = Spaces.randomQuantity(seed, VARIABLES, CHOICES);
    for (KnapsackProposals.Offer offer : PricedDescent.offers(effects, quantity, 2 * sign - 1)) {
      assertThat(offer.effect()).isCloseTo(effects.of(offer.point()), within(1e-9));
    }
  }

  @Property(tries = 50)
  void withoutInteractionsNoPointBeatsTheOffersAtAPrice(@ForAll long seed) {
    ChoiceEffects effects = effects(new SplittableRandom(seed), 0);
    Additive quantity = Spaces.randomQuantity(seed, VARIABLES, CHOICES);
    List<KnapsackProposals.Offer> offers = PricedDescent.offers(effects, quantity, 1);
    if (offers.isEmpty()) {
      return; // the first choices are the best at any price
    }
    double dearest = effects.range() / (quantity.greatest() - quantity.least());
    for (double price : new double[] {0.3 * dearest, dearest, 3 * dearest}) {
      double best = Double.POSITIVE_INFINITY;
      for (Point point : Spaces.all(space)) {
        best = Math.min(best, effects.of(point) + price * quantity.of(point));
      }
      double offered =
          offers.stream()
              .mapToDouble(o -> o.effect() + price * quantity.of(o.point()))
              .min()
              .orElseThrow();
      // Between two prices of the descent there may be a little more to win.
      assertThat(offered).isLessThan(best + 0.1 * effects.range());
    }
  }

  @Property(tries = 50)
  void noSingleChangeBettersTheBest(@ForAll long seed) {
    ChoiceEffects effects = effects(new SplittableRandom(seed), 1);
    KnapsackProposals.Offer best = PricedDescent.best(effects);
    for (int i = 0; i < VARIABLES; i++) {
      for (int c = 0; c < CHOICES; c++) {
        assertThat(effects.of(best.point().with(i, c)))
            .isGreaterThanOrEqualTo(best.effect() - 1e-9);
      }
    }
  }
}
