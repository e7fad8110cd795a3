package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MonotoneTest {
  private static final Additive COST =
      Additive.of(0, List.of(List.of(3.0, 2.0, 1.0), List.of(1.0, 2.0, 3.0), List.of()));

  @Test
  void effectsThatGoAgainstTheTrendArePooled() {
    double[][] effects = {{0, 5, 4}, {9, 2, 3}, {1, 7}};
    Monotone.enforce(effects, COST);
    assertThat(effects[0]).containsExactly(0, 4.5, 4.5);
    assertThat(effects[1]).containsExactly(9, 2.5, 2.5);
    assertThat(effects[2]).containsExactly(1, 7); // costs nothing: left alone
  }

  @Test
  void withoutATrendNothingIsChanged() {
    double[][] effects = {{0, 5, 4}, {0, 2, 4}, {1, 7}};
    Monotone.enforce(effects, COST);
    assertThat(effects[0]).containsExactly(0, 5, 4);
  }
}
