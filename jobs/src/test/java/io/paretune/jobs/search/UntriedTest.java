package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UntriedTest {
  /** Few of the points keep the constraint, so that draws seldom find what is left. */
  @ParameterizedTest
  @EnumSource(
      value = SamplerName.class,
      names = {"TPE", "TPE_GUIDED"})
  void everyFeasiblePointIsTriedBeforeAnyIsTriedAgain(SamplerName name) {
    List<Double> steps = List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
    SearchSpace space =
        new SearchSpace(
            List.of(Spaces.ordinal("a", 7), Spaces.ordinal("b", 7), Spaces.ordinal("c", 7)),
            List.of(Objective.minimize("f")),
            List.of(
                new Constraint.OnQuantity(
                    "sum", Additive.of(0, List.of(steps, steps, steps)), 15, 1e9)));
    int feasible = 20; // of (6-a) + (6-b) + (6-c) <= 3
    Study study = new Study(space, name.create(4));
    Set<Point> tried = new HashSet<>();
    while (study.history().finished().size() < feasible) {
      for (Trial t : study.ask(4)) {
        tried.add(t.point());
        study.tell(t.id(), Outcome.complete(Map.of("f", t.point().at(0) * t.point().at(1))));
      }
    }
    assertThat(tried).hasSize(feasible);
    assertThat(study.ask(3)).hasSize(3);
  }
}
