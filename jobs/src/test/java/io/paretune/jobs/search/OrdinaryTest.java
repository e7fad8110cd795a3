package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrdinaryTest {
  private static final Encoding ENCODING =
      new Encoding(Spaces.ordinals(1, 2, Objective.minimize("f")), Optional.empty());

  private static Observation loss(double loss, long samples) {
    Point point = Point.of(0);
    Trial trial =
        new Trial(0, point, TrialState.COMPLETE, List.of(loss), samples, Trial.Origin.TOLD);
    return new Observation(ENCODING.of(point), trial, loss);
  }

  /** What the losses count as, and one more that was told since. */
  private static List<Double> counted(double later, double... losses) {
    List<Observation> all = new ArrayList<>();
    for (double loss : losses) {
      all.add(loss(loss, 0));
    }
    Ordinary ordinary = Ordinary.of(all);
    all.add(loss(later, 0));
    return all.stream().map(o -> ordinary.of(o).loss()).toList();
  }

  @Test
  void penaltiesCountAsTheWorstOfTheOthersBeforeAndAfterTheyAreKnown() {
    assertThat(counted(1e8, 40, 1e6, 7, 30, 1e10, 12))
        .containsExactly(40.0, 40.0, 7.0, 30.0, 40.0, 12.0, 40.0);
    assertThat(counted(1e6, 40, 7, 30)).endsWith(40.0);
  }

  @Test
  void lossesThatFallByOrdersOfMagnitudeAreLeftAsTheyAre() {
    assertThat(counted(55, 50, 31, 4, 0.5, 0.02, 1e-3, 1e-4, 1e-5)).contains(50.0, 31.0, 55.0);
    assertThat(counted(-0.25, -0.92, -0.92, -0.92, -0.25)).endsWith(-0.25, -0.25);
    assertThat(counted(5, 0, 0, 0, 5)).as("the first that differs").endsWith(5.0, 5.0);
    assertThat(counted(1e6, 40, 7)).as("too few to say").endsWith(1e6);
    assertThat(counted(3, 1e6, 1e6, 1e6, 2, 1)).as("most are so large").startsWith(1e6);
  }

  @Test
  void aShareOfRightAnswersIsNeverOutOfRange() {
    Ordinary ordinary =
        Ordinary.of(List.of(loss(0.001, 0), loss(0.001, 0), loss(0.002, 0), loss(0.9, 0)));
    assertThat(ordinary.of(loss(0.9, 0)).loss()).isEqualTo(0.002);
    assertThat(ordinary.of(loss(0.9, 100)).loss()).isEqualTo(0.9);
  }
}
