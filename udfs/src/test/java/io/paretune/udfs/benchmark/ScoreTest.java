package io.paretune.udfs.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ScoreTest {

  @Property(tries = 200)
  void shardsOfWholeImagesMergeInAnyOrder(
      @ForAll("outcomes") List<Outcome> outcomes, @ForAll long seed) {
    List<Score> shards = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      int s = shard;
      shards.add(
          Score.of(
              outcomes.stream()
                  .filter(o -> Math.floorMod(o.imageId().hashCode(), 3) == s)
                  .toList()));
    }
    Collections.shuffle(shards, new Random(seed));
    Score left = shards.get(0).plus(shards.get(1)).plus(shards.get(2));
    Score right = shards.get(0).plus(shards.get(1).plus(shards.get(2)));
    assertThat(left).isEqualTo(right).isEqualTo(Score.of(outcomes));
    assertThat(left.plus(Score.EMPTY)).isEqualTo(left);
  }

  @Property(tries = 200)
  void standardErrorIsThatOfTheNaiveFormula(@ForAll("outcomes") List<Outcome> outcomes) {
    Score score = Score.of(outcomes);
    List<String> images = outcomes.stream().map(Outcome::imageId).distinct().toList();
    if (images.size() < 2) {
      assertThat(score.standardError()).isNaN();
      return;
    }
    double sum = 0;
    for (String image : images) {
      List<Outcome> own = outcomes.stream().filter(o -> o.imageId().equals(image)).toList();
      double residual =
          own.stream().filter(Outcome::correct).count() - score.accuracy() * own.size();
      sum += residual * residual;
    }
    int m = images.size();
    double expected = Math.sqrt(sum * m / (m - 1.0)) / outcomes.size();
    assertThat(score.standardError()).isCloseTo(expected, within(1e-9));
    assertThat(score.low()).isLessThanOrEqualTo(score.accuracy());
    assertThat(score.high()).isGreaterThanOrEqualTo(score.accuracy());
  }

  @Test
  void intervalIsWilsonsWhereEachImageHasOneQuestion() {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      outcomes.add(new Outcome("s" + i, "i" + i, "a", i < 90, List.of()));
    }
    Score score = Score.of(outcomes);
    // Wilson 90 of 100: [0.8256, 0.9448]; the clustered variance has m/(m-1) on top
    assertThat(score.low()).isCloseTo(0.8256, within(2e-3));
    assertThat(score.high()).isCloseTo(0.9448, within(2e-3));
  }

  @Test
  void clustersWidenTheInterval() {
    List<Outcome> clustered = new ArrayList<>();
    List<Outcome> independent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clustered.add(new Outcome("s" + i, "i" + i / 10, "a", i < 80, List.of()));
      independent.add(new Outcome("s" + i, "i" + i, "a", i < 80, List.of()));
    }
    assertThat(Score.of(clustered).low()).isLessThan(Score.of(independent).low() - 0.05);
  }

  @Test
  void nothingAskedIsNoZero() {
    assertThat(Score.EMPTY.accuracy()).isNaN();
    assertThat(Score.EMPTY.low()).isNaN();
    assertThatThrownBy(() -> new Score(1, 1, 2, 1, 4, 2)).hasMessageContaining("correct=2 total=1");
  }

  @Test
  void tiesGoToTheFirstOption() {
    Sample sample = new Sample("s", "i", "Which?", List.of("a", "b", "c"), List.of("b"), "kind");
    GenericBenchmark benchmark = new GenericBenchmark("demo");
    assertThat(benchmark.choose(sample, List.of(-2.0, -1.0, -1.0))).isEqualTo("b");
    assertThat(benchmark.isCorrect(sample, " B. ")).isTrue();
    assertThat(benchmark.isCorrect(sample, "a")).isFalse();
    assertThatThrownBy(() -> benchmark.choose(sample, List.of(-1.0)))
        .hasMessageContaining("sample s has 3 options but 1 log-probabilities");
  }

  @Provide
  Arbitrary<List<Outcome>> outcomes() {
    return Combinators.combine(Arbitraries.integers().between(0, 8), Arbitraries.of(true, false))
        .as((image, correct) -> new Outcome("s", "image-" + image, "a", correct, List.of()))
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }
}
