package io.paretune.udfs.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final GenericBenchmark MEAN = new GenericBenchmark("demo");

  private static Outcome outcome(String sample, String image, double credit) {
    return new Outcome(sample, new Tally.Cell("", image, "", "", ""), "a", credit, List.of());
  }

  private static Estimate score(List<Outcome> outcomes) {
    return MEAN.score(Tally.of(outcomes));
  }

  @Property(tries = 200)
  void shardsMergeInAnyOrderHoweverQuestionsAreSpread(
      @ForAll("outcomes") List<Outcome> outcomes, @ForAll long seed) {
    Random random = new Random(seed);
    List<List<Outcome>> shards = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    outcomes.forEach(o -> shards.get(random.nextInt(3)).add(o));
    List<Tally> tallies = new ArrayList<>(shards.stream().map(Tally::of).toList());
    Collections.shuffle(tallies, random);
    Tally left = tallies.get(0).plus(tallies.get(1)).plus(tallies.get(2));
    Tally right = tallies.get(0).plus(tallies.get(1).plus(tallies.get(2)));
    assertThat(left).isEqualTo(right).isEqualTo(Tally.of(outcomes));
    assertThat(left.plus(Tally.EMPTY)).isEqualTo(left);
  }

  @Property(tries = 200)
  void standardErrorIsThatOfTheNaiveFormula(@ForAll("outcomes") List<Outcome> outcomes) {
    Estimate score = score(outcomes);
    List<String> images = outcomes.stream().map(Outcome::imageId).distinct().toList();
    if (images.size() < 2) {
      assertThat(score.standardError()).isNaN();
      return;
    }
    double sum = 0;
    for (String image : images) {
      List<Outcome> own = outcomes.stream().filter(o -> o.imageId().equals(image)).toList();
      double residual =
          own.stream().mapToDouble(Outcome::credit).sum() - score.value() * own.size();
      sum += residual * residual;
    }
    int m = images.size();
    double expected = Math.sqrt(sum * m / (m - 1.0)) / outcomes.size();
    assertThat(score.standardError()).isCloseTo(expected, within(1e-9));
    assertThat(score.low()).isLessThanOrEqualTo(score.value());
    assertThat(score.high()).isGreaterThanOrEqualTo(score.value());
  }

  @Test
  void errorOfANonLinearMetricIsThatOfTheJackknife() {
    Random random = new Random(5);
    Pope pope = new Pope("pope", Protocol.LLAVA);
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      String right = random.nextBoolean() ? "yes" : "no";
      String said = random.nextInt(5) == 0 ? "no" : right;
      String category = List.of("adversarial", "popular", "random").get(i % 3);
      Sample sample = new Sample("q" + i, "i" + i / 6, "?", List.of(), List.of(right), category);
      outcomes.add(pope.answered(sample, said));
    }
    List<Double> leftOut = new ArrayList<>();
    for (int image = 0; image < 150; image++) {
      String id = "i" + image;
      leftOut.add(
          pope.score(Tally.of(outcomes.stream().filter(o -> !o.imageId().equals(id)).toList()))
              .value());
    }
    double mean = leftOut.stream().mapToDouble(v -> v).average().orElseThrow();
    double squares = leftOut.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double jackknife = Math.sqrt(squares * 149 / 150);
    assertThat(pope.score(Tally.of(outcomes)).standardError())
        .isCloseTo(jackknife, within(0.02 * jackknife));
  }

  @Test
  void intervalIsWilsonsWhereEachImageHasOneQuestion() {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      outcomes.add(outcome("s" + i, "i" + i, i < 90 ? 1 : 0));
    }
    // Wilson 90 of 100: [0.8256, 0.9448]; the clustered variance has m/(m-1) on top
    assertThat(score(outcomes).low()).isCloseTo(0.8256, within(2e-3));
    assertThat(score(outcomes).high()).isCloseTo(0.9448, within(2e-3));
  }

  @Test
  void clustersWidenTheInterval() {
    List<Outcome> clustered = new ArrayList<>();
    List<Outcome> independent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clustered.add(outcome("s" + i, "i" + i / 10, i < 80 ? 1 : 0));
      independent.add(outcome("s" + i, "i" + i, i < 80 ? 1 : 0));
    }
    assertThat(score(clustered).low()).isLessThan(score(independent).low() - 0.05);
  }

  @Test
  void whereAllAnswersAreRightImagesCountAndNotQuestions() {
    List<Outcome> right = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      right.add(outcome("s" + i, "i" + i / 10, 1));
    }
    // Wilson 10 of 10: 10 / (10 + z²)
    assertThat(score(right).low()).isCloseTo(0.7225, within(1e-4));
    assertThat(score(right).high()).isEqualTo(1);
    List<Outcome> oneImage = right.subList(0, 10);
    assertThat(score(oneImage).low()).isCloseTo(0.2065, within(1e-4));
  }

  /** Each image a third right: nothing says how images differ, so they count and not questions. */
  @Test
  void whereAllImagesAreAlikeTheyCountAndNotTheirQuestions() {
    List<Outcome> alike = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      alike.add(outcome("s" + i, "i" + i / 30, i % 3 == 0 ? 1 : 0));
    }
    // Wilson of 1/3 of 10
    double z2 = 1.959963984540054 * 1.959963984540054;
    double half = Math.sqrt(z2 * (2.0 / 9 / 10 + z2 / 400)) / (1 + z2 / 10);
    double centre = (1.0 / 3 + z2 / 20) / (1 + z2 / 10);
    assertThat(score(alike).low()).isCloseTo(centre - half, within(1e-9));
    assertThat(score(alike).high()).isCloseTo(centre + half, within(1e-9));
  }

  @Test
  void nothingAskedIsNoZero() {
    Estimate nothing = MEAN.score(Tally.EMPTY);
    assertThat(nothing.value()).isNaN();
    assertThat(nothing.low()).isNaN();
    assertThatThrownBy(() -> outcome("s", "i", 1.5))
        .hasMessageContaining("sample s: credit must be in [0, 1], was 1.5");
  }

  @Test
  void creditOfTenAnnotatorsAddsUpExactly() {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      outcomes.add(outcome("s" + i, "i" + i, new double[] {0.3, 0.6, 0.9, 1}[i % 4]));
    }
    assertThat(score(outcomes).value()).isEqualTo(0.7);
  }

  @Test
  void tiesGoToTheFirstOption() {
    Sample sample = new Sample("s", "i", "Which?", List.of("a", "b", "c"), List.of("b"), "kind");
    assertThat(MEAN.chosen(sample, List.of(-2.0, -1.0, -1.0)).prediction()).isEqualTo("b");
    assertThat(MEAN.judge(sample, " B. ").credit()).isEqualTo(1);
    assertThat(MEAN.judge(sample, "a").credit()).isEqualTo(0);
    assertThatThrownBy(() -> MEAN.chosen(sample, List.of(-1.0)))
        .hasMessageContaining("sample s has 3 options but 1 log-probabilities");
  }

  @Test
  void severalBenchmarksAreOneWeightedScore() {
    WeightedBenchmarks both =
        new WeightedBenchmarks(
            List.of(
                new WeightedBenchmarks.Part(new Gqa("gqa", Protocol.LLAVA), 3),
                new WeightedBenchmarks.Part(new Pope("pope", Protocol.LMMS_EVAL), 1)));
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      outcomes.add(both.answered(named("gqa", i, "i" + i, "red"), i < 4 ? "red" : "blue"));
      outcomes.add(both.answered(named("pope", i, "i" + i, "no"), i < 6 ? "No" : "yes"));
    }
    Tally tally = Tally.of(outcomes);
    assertThat(both.scoreByBenchmark(tally)).isEqualTo(Map.of("gqa", 0.5, "pope", 0.75));
    assertThat(both.score(tally).value()).isCloseTo(0.5625, within(1e-12));
    assertThat(both.combined(both.scoreByBenchmark(tally))).isCloseTo(0.5625, within(1e-12));
    // Image i adds 0.75·(g - 0.5)/8 + 0.25·(p - 0.75)/8; both benchmarks share its fate.
    double squares = 0;
    for (int i = 0; i < 8; i++) {
      double d = (0.75 * ((i < 4 ? 1 : 0) - 0.5) + 0.25 * ((i < 6 ? 1 : 0) - 0.75)) / 8;
      squares += d * d;
    }
    assertThat(both.score(tally).standardError())
        .isCloseTo(Math.sqrt(squares * 8 / 7), within(1e-12));
    assertThatThrownBy(() -> both.question(named("mme", 1, "i", "yes")))
        .hasMessageContaining("is of the benchmark \"mme\", not of gqa+pope");
  }

  private static Sample named(String benchmark, int id, String image, String answer) {
    return new Sample(
        benchmark, benchmark + id, image, "?", "", List.of(), List.of(answer), "", "", "");
  }

  @Provide
  Arbitrary<List<Outcome>> outcomes() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 8), Arbitraries.of(0.0, 0.3, 0.6, 0.9, 1.0))
        .as((image, credit) -> outcome("s", "image-" + image, credit))
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }
}
