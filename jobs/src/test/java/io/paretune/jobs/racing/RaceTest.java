package io.paretune.jobs.racing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.paretune.udfs.benchmark.Gains;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RaceTest {
  private static final int IMAGES = 200;
  private static final int QUESTIONS = 8;

  /** Each image's right answers of a trial whose chance of a right answer is p, image by image. */
  private static Map<String, Double> answers(RandomGenerator random, double p) {
    Map<String, Double> scores = new HashMap<>();
    for (int i = 0; i < IMAGES; i++) {
      double ofImage = Math.min(1, Math.max(0, p + 0.1 * random.nextGaussian()));
      int right = 0;
      for (int q = 0; q < QUESTIONS; q++) {
        right += random.nextDouble() < ofImage ? 1 : 0;
      }
      scores.put("image" + i, (double) right);
    }
    return scores;
  }

  /** Looks after every five images; the share of them that it took to stop, or 1. */
  private static double work(
      RandomGenerator random, double confidence, Map<String, Double> own, List<Race.Rival> rivals) {
    Map<String, Double> worth = new HashMap<>();
    own.keySet().forEach(image -> worth.put(image, (double) QUESTIONS));
    Race race = new Race(confidence, Gains.sum(worth), rivals);
    List<String> order = new ArrayList<>(own.keySet());
    Collections.shuffle(order, new java.util.Random(random.nextLong()));
    for (int at = 0; at < IMAGES; at += 5) {
      Map<String, Double> part = new HashMap<>();
      order.subList(at, at + 5).forEach(image -> part.put(image, own.get(image)));
      if (race.isBeatenAfter(Gains.sum(part))) {
        return (at + 5.0) / IMAGES;
      }
    }
    return 1;
  }

  @Test
  void aTrialThatIsAsGoodAsItsRivalsIsRarelyStoppedHoweverOftenOneLooks() {
    SplittableRandom random = new SplittableRandom(7);
    int stopped = 0;
    int trials = 2000;
    for (int t = 0; t < trials; t++) {
      Map<String, Double> own = answers(random, 0.7);
      double total = own.values().stream().mapToDouble(Double::doubleValue).sum();
      List<Race.Rival> rivals = new ArrayList<>();
      while (rivals.size() < 3) {
        Map<String, Double> other = answers(random, 0.7);
        // The hardest case: every rival ends with exactly the trial's own total or just below it.
        if (other.values().stream().mapToDouble(Double::doubleValue).sum() <= total) {
          rivals.add(new Race.Rival(rivals.size(), Gains.sum(other)));
        }
      }
      stopped += work(random, 0.9, own, rivals) < 1 ? 1 : 0;
    }
    // At most 10 % are promised; the bound is met with three standard errors to spare.
    assertThat((double) stopped / trials).isLessThan(0.1 - 3 * Math.sqrt(0.1 * 0.9 / trials));
  }

  @Test
  void aTrialThatIsMuchWorseIsStoppedEarlyAndALittleWorseLateOrNever() {
    SplittableRandom random = new SplittableRandom(8);
    double much = 0;
    double little = 0;
    for (int t = 0; t < 100; t++) {
      List<Race.Rival> rivals = List.of(new Race.Rival(0, Gains.sum(answers(random, 0.8))));
      much += work(random, 0.95, answers(random, 0.5), rivals) / 100;
      little += work(random, 0.95, answers(random, 0.78), rivals) / 100;
    }
    assertThat(much).isLessThan(0.15);
    assertThat(little).isGreaterThan(0.6);
  }

  /** A bettor with fair odds: the mean capital over all orders of a drawn game is at most 1. */
  @Test
  void theCapitalAgainstATrueHypothesisDoesNotGrowOnAverage() {
    double[] leads = {2, -1, 0, 1, -3, 1}; // sum 0: neither is ahead
    List<double[]> orders = new ArrayList<>();
    permutations(leads, 0, orders);
    for (int seen = 1; seen <= leads.length; seen++) {
      double mean = 0;
      for (double[] order : orders) {
        PairedCapital capital = new PairedCapital(leads.length, 3, 6 * 3);
        for (int i = 0; i < seen; i++) {
          capital.see(order[i], 3);
        }
        mean += capital.capital() / orders.size();
      }
      assertThat(mean).as("after %d images", seen).isCloseTo(1, within(1e-9));
    }
  }

  private static void permutations(double[] values, int from, List<double[]> found) {
    if (from == values.length) {
      found.add(values.clone());
      return;
    }
    for (int i = from; i < values.length; i++) {
      swap(values, from, i);
      permutations(values, from + 1, found);
      swap(values, from, i);
    }
  }

  private static void swap(double[] values, int i, int j) {
    double kept = values[i];
    values[i] = values[j];
    values[j] = kept;
  }

  @Test
  void whatCannotBeCaughtUpIsDecided() {
    Map<String, Double> worth = Map.of("a", 2.0, "b", 2.0, "c", 2.0, "d", 2.0);
    Race race =
        new Race(
            0.999999,
            Gains.sum(worth),
            List.of(new Race.Rival(3, Gains.sum(Map.of("a", 2.0, "b", 2.0, "c", 1.0, "d", 0.0)))));

    assertThat(race.isBeatenAfter(Gains.sum(Map.of("a", 1.0))))
        .as("1 behind, 3 to win back")
        .isFalse();
    assertThat(race.isBeatenAfter(Gains.sum(Map.of("b", 0.0))))
        .as("3 behind, 3 to win back")
        .isFalse();
    assertThat(race.isBeatenAfter(Gains.sum(Map.of("c", 1.0))))
        .as("3 behind, 2 to win back")
        .isTrue();
    assertThat(race.leader().trialId()).isEqualTo(3);
  }

  @Test
  void withoutRivalsNobodyIsBeaten() {
    assertThat(
            new Race(0.5, Gains.sum(Map.of("a", 1.0)), List.of())
                .isBeatenAfter(Gains.sum(Map.of("a", 0.0))))
        .isFalse();
  }

  @Test
  void onlyProfilesOfTheFrontierThatAreNoLargerAreRivals() {
    Field field = new Field(0.9, Gains.sum(Map.of("a", 1.0, "b", 1.0)));
    field.add(new Field.Entrant(0, 100, 0.5, Gains.sum(Map.of("a", 1.0, "b", 0.0))));
    field.add(new Field.Entrant(1, 100, 0, Gains.sum(Map.of("a", 0.0, "b", 0.0)))); // beaten by 0
    field.add(new Field.Entrant(2, 300, 1, Gains.sum(Map.of("a", 1.0, "b", 1.0))));

    assertThat(field.race(99).isBeatenAfter(Gains.sum(Map.of("a", 0.0, "b", 0.0)))).isFalse();
    Race race = field.race(100);
    assertThat(race.isBeatenAfter(Gains.sum(Map.of("a", 0.0, "b", 0.0)))).isTrue();
    assertThat(race.leader().trialId()).isZero();
    race = field.race(300);
    assertThat(race.isBeatenAfter(Gains.sum(Map.of("a", 1.0, "b", 0.0)))).isTrue();
    assertThat(race.leader().trialId()).isEqualTo(2);
  }

  @Test
  void refusesWhatCannotBeCompared() {
    assertThatThrownBy(() -> new Race(1, Gains.sum(Map.of()), List.of()))
        .hasMessage("confidence must be in (0, 1), was 1.0");
    assertThatThrownBy(
            () ->
                new Race(
                    0.9,
                    Gains.sum(Map.of("b", 1.0)),
                    List.of(new Race.Rival(4, Gains.sum(Map.of("a", 1.0))))))
        .hasMessage("trial 4 has no answers on image b");
    Race race =
        new Race(
            0.9,
            Gains.sum(Map.of("a", 1.0)),
            List.of(new Race.Rival(4, Gains.sum(Map.of("a", 0.5)))));
    assertThatThrownBy(() -> race.isBeatenAfter(Gains.sum(Map.of("a", 2.0))))
        .hasMessage("an image that can give back 0.5 of 0.5 gave 1.5");
  }
}
