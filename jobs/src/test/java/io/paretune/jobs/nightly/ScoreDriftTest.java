package io.paretune.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.tables.Change;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.LinearizedScore;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScoreDriftTest {
  private static final double Z = 1.959963984540054;

  private static Map<String, Double> answers(Random random, String prefix, int n, double share) {
    Map<String, Double> answers = new HashMap<>();
    for (int i = 0; i < n; i++) {
      answers.put(prefix + i, random.nextDouble() < share ? 1.0 : 0.0);
    }
    return answers;
  }

  private static Change drift(
      Map<String, Double> before, Map<String, Double> now, Map<String, String> imageOf) {
    return ScoreDrift.of(List.of(score(before, imageOf)), List.of(score(now, imageOf)));
  }

  /** Questions without an image have one of their own. */
  private static LinearizedScore score(Map<String, Double> answers, Map<String, String> imageOf) {
    List<Outcome> outcomes = new ArrayList<>();
    answers.forEach(
        (question, credit) -> {
          String image = imageOf.getOrDefault(question, question);
          Tally.Cell cell = new Tally.Cell("b", image, "", "", "");
          outcomes.add(new Outcome(question, cell, "", credit, List.of()));
        });
    return new GenericBenchmark("b").ratios(Tally.of(outcomes)).linearized();
  }

  private static double mean(Map<String, Double> answers) {
    return answers.values().stream().mapToDouble(a -> a).average().orElseThrow();
  }

  @Test
  void theSameAnswersToTheSameQuestionsAreNoDriftAtAll() {
    Map<String, Double> answers = answers(new Random(1), "q", 50, 0.7);

    assertThat(drift(answers, answers, Map.of())).isEqualTo(new Change(0, 0, 0));
  }

  @Test
  void overDifferentQuestionsTheVariancesOfBothMeansAdd() {
    Map<String, Double> before = answers(new Random(2), "old", 400, 0.7);
    Map<String, Double> now = answers(new Random(3), "new", 300, 0.6);

    Change change = drift(before, now, Map.of());

    double p = mean(before);
    double q = mean(now);
    double half = Z * Math.sqrt((p * (1 - p) / 400 + q * (1 - q) / 300) * 700 / 699);
    assertThat(change.estimate()).isCloseTo(q - p, within(1e-12));
    assertThat(change.high() - change.estimate()).isCloseTo(half, within(1e-12));
    assertThat(change.isCertain()).isEqualTo(Math.abs(q - p) > half);
  }

  /** The interval of the formula against the spread over drawn samples that overlap by half. */
  @Test
  void theIntervalHoldsWhatItPromisesWhereQuestionsOverlapOnImages() {
    Random random = new Random(4);
    int covered = 0;
    int draws = 400;
    for (int draw = 0; draw < draws; draw++) {
      Map<String, Double> before = new HashMap<>();
      Map<String, Double> now = new HashMap<>();
      Map<String, String> imageOf = new HashMap<>();
      for (int image = 0; image < 90; image++) {
        double ease = random.nextDouble(); // questions of one image are alike
        for (int k = 0; k < 4; k++) {
          String question = image + "/" + k;
          double right = random.nextDouble() < ease ? 1 : 0;
          imageOf.put(question, String.valueOf(image));
          if (image < 60) {
            before.put(question, right);
          }
          if (image >= 30) {
            now.put(question, right);
          }
        }
      }
      Change change = drift(before, now, imageOf);
      covered += change.low() <= 0 && 0 <= change.high() ? 1 : 0;
    }
    assertThat((double) covered / draws).isBetween(0.92, 0.98);
  }

  /** A profile that gained is made up for by one that lost as much on the same image. */
  @Test
  void whatProfilesGainAndLoseOnAnImageEvensOut() {
    Map<String, Double> allRight = Map.of("a", 1.0, "b", 1.0, "c", 0.0);
    Map<String, Double> lost = Map.of("a", 0.0, "b", 1.0, "c", 0.0);
    LinearizedScore high = score(allRight, Map.of());
    LinearizedScore low = score(lost, Map.of());

    Change change = ScoreDrift.of(List.of(high, low), List.of(low, high));

    assertThat(change.estimate()).isCloseTo(0, within(1e-12));
    assertThat(change.high()).isCloseTo(0, within(1e-12));
  }

  @Test
  void refusesASideWithoutScores() {
    LinearizedScore some = score(Map.of("q", 1.0), Map.of());

    assertThatThrownBy(() -> ScoreDrift.of(List.of(), List.of(some)))
        .hasMessage("a mean needs scores");
  }
}
