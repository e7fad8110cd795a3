package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.problem.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
          study.tell(t.id(), Outcome.complete(Map.of("s", -t.point().at(0) * t.point().at(1))));
        }
      }
    }
  }

  private static SearchSpace bounded(Additive quantity, int variables, Constraint... bounds) {
    SearchSpace free =
        Spaces.ordinals(
            variables, 3, Objective.minimize("m").knownAs(quantity), Objective.maximize("s"));
    return new SearchSpace(free.parameters(), free.objectives(), List.of(bounds));
  }

  /** Two variables, the sums of which are multiples of a step. */
  private static Additive tens(double step) {
    return Additive.of(0, List.of(List.of(0.0, step, 2 * step), List.of(0.0, step, 2 * step)));
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void whereNoPointKeepsTheConstraintsNothingStarts(SamplerName name) {
    Additive ten = tens(10);
    List<SearchSpace> spaces =
        List.of(
            bounded(ten, 2, new Constraint.OnObjective("m", 14, 16)),
            bounded(
                ten,
                2,
                new Constraint.OnObjective("m", 0, 15),
                new Constraint.OnQuantity("s", ten, 30, Double.POSITIVE_INFINITY)));
    for (SearchSpace space : spaces) {
      Study study = new Study(space, name.create(1));
      assertThatThrownBy(() -> study.ask(200))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("constraints: no point was found that keeps m in [");
      assertThat(study.history().running()).isEmpty();
      assertThat(study.start(Point.of(0, 1), Trial.Origin.TOLD).id()).isZero();
    }
  }

  /** Twelve variables whose sum must be one number: one change overshoots, two do not. */
  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void aBandAsNarrowAsOneSumIsKept(SamplerName name) {
    List<List<Double>> terms = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      terms.add(i == 0 ? List.of(0.0, 3.0, 3.0) : List.of(0.0, 10.0, 20.0));
    }
    Additive quantity = Additive.of(0, terms);
    Study study =
        new Study(bounded(quantity, 12, new Constraint.OnObjective("m", 63, 63)), name.create(1));
    for (int round = 0; round < 6; round++) {
      for (Trial t : study.ask(4)) {
        assertThat(quantity.of(t.point())).isEqualTo(63);
        study.tell(t.id(), Outcome.complete(Map.of("s", t.point().at(3))));
      }
    }
  }
}
