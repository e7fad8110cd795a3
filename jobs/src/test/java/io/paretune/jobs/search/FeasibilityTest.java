package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class FeasibilityTest {
  @Property(tries = 200)
  void aRepairedPointIsFeasibleWheneverAnyPointIs(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int variables,
      @ForAll @IntRange(min = 0, max = 100) int share) {
    Additive quantity = Spaces.randomQuantity(seed, variables, 3);
    double least = quantity.least() + (quantity.greatest() - quantity.least()) * share / 100;
    SearchSpace free = Spaces.ordinals(variables, 3, Objective.minimize("f"));
    SearchSpace space =
        new SearchSpace(
            free.parameters(),
            free.objectives(),
            List.of(new Constraint.OnQuantity("q", quantity, least, Double.POSITIVE_INFINITY)));
    SplittableRandom random = new SplittableRandom(seed);
    Point point = new Feasibility(space).repaired(RandomSampler.uniform(space, random), random);
    assertThat(quantity.of(point)).isGreaterThanOrEqualTo(least);
  }

  @Property(tries = 60)
  void noSamplerBreaksAKnownConstraint(@ForAll @IntRange(min = 0, max = 1000) int seed) {
    Additive quantity = Spaces.randomQuantity(seed, 6, 3);
    double most = quantity.least() + 0.2 * (quantity.greatest() - quantity.least());
    SearchSpace free =
        Spaces.ordinals(6, 3, Objective.minimize("m").knownAs(quantity), Objective.maximize("s"));
    SearchSpace space =
        new SearchSpace(
            free.parameters(),
            free.objectives(),
            List.of(new Constraint.OnObjective("m", Double.NEGATIVE_INFINITY, most)));
    for (SamplerName name : SamplerName.values()) {
      Study study = new Study(space, name.create(seed));
      for (int round = 0; round < 6; round++) {
        for (Trial t : study.ask(4)) {
          assertThat(quantity.of(t.point())).isLessThanOrEqualTo(most);
          study.tell(
              t.id(), Outcome.complete(java.util.Map.of("s", -t.point().at(0) * t.point().at(1))));
        }
      }
    }
  }
}
