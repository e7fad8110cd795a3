package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private static final Trial.Origin TOLD = Trial.Origin.TOLD;

  private final SearchSpace space =
      new SearchSpace(
          List.of(Spaces.ordinal("a", 3), Spaces.ordinal("b", 3)),
          List.of(
              Objective.minimize("memory")
                  .knownAs(Additive.of(0.1, List.of(List.of(0.1, 0.2, 0.3), List.of()))),
              Objective.maximize("score")),
          List.of());
  private final Study study = new Study(space, new TpeSampler(TpeSettings.DEFAULT, 1));

  private Trial tell(double a, double b, double score, long samples) {
    return study.add(Point.of(a, b), Outcome.complete(Map.of("score", score), samples), TOLD);
  }

  @Test
  void allAnswersOfAProfileCountAndNotItsLuckiestOnes() {
    tell(1, 0, 0.9, 10);
    tell(1, 0, 0.6, 30);
    tell(1, 1, 0.7, 40);
    List<Trial> front = study.front();
    assertThat(front).hasSize(1);
    assertThat(front.get(0).point()).isEqualTo(Point.of(1, 1));
    Trial pooled = Repeats.pooled(study.history().finished()).get(0);
    assertThat(pooled.value(1)).isCloseTo(0.675, within(1e-12));
    assertThat(pooled.samples()).isEqualTo(40);
    assertThat(pooled.value(0))
        .isEqualTo(space.objectives().get(0).known().orElseThrow().of(pooled.point()));
  }

  @Test
  void whatIsNoMeanOfAnswersStaysAsItIs() {
    tell(1, 0, 0.5, 10);
    tell(1, 0, 0.5, 0);
    study.add(Point.of(1, 0), Outcome.failed("lost"), TOLD);
    study.add(Point.of(1, 0), Outcome.stopped(Map.of("score", 0.1), 5, "behind"), TOLD);
    study.add(
        Point.of(1, 0), Outcome.complete(Map.of("score", 0.9), 10), new Trial.Origin("told", 0.5));
    assertThat(Repeats.pooled(study.history().finished())).isEqualTo(study.history().finished());
  }

  @Test
  void theGuidedSamplersModelHoldsARepeatedProfileForTheMeanOfItsAnswers() {
    Encoding encoding = new Encoding(space, java.util.Optional.empty());
    ObjectiveModel model = new ObjectiveModel(encoding, 1, GuidedSettings.DEFAULT);
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < 3; b++) {
        tell(a, b, 0.5 + 0.1 * a, 4000);
      }
    }
    for (int k = 0; k < 6; k++) {
      tell(2, 2, 0.3, 4000);
    }
    model.update(study.history());
    Map<Long, Double> settled = model.settledLosses();
    double first = settled.get(8L);
    assertThat(first).isEqualTo(settled.get(14L), within(1e-3));
    assertThat(-first).isBetween(0.28, 0.42);
  }
}
