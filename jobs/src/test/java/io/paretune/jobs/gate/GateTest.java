package io.paretune.jobs.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.config.GateConfig;
import io.paretune.jobs.frontier.FrontierBuilder;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.Yardstick;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.benchmark.WeightedBenchmarks;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final Gate GATE = new Gate(new GateConfig(0.02, 0.1, Optional.empty(), 4, 0.95));
  private static final Gate FAST =
      new Gate(new GateConfig(0.02, 0.1, Optional.of(Duration.ofMillis(500)), 4, 0.95));

  /** One question, and whether both models were right about it. */
  private record Pair(String imageId, boolean dense, boolean profile) {}

  private static AccuracyLoss loss(List<Pair> pairs) {
    return AccuracyLoss.of(
        new GenericBenchmark("b"), tally(pairs, Pair::dense), tally(pairs, Pair::profile));
  }

  private static Tally tally(List<Pair> pairs, Predicate<Pair> right) {
    return Tally.of(
        pairs.stream().map(p -> answer("b", p.imageId(), right.test(p) ? 1 : 0)).toList());
  }

  private static Outcome answer(String benchmark, String image, double credit) {
    return new Outcome(image, new Tally.Cell(benchmark, image, "", "", ""), "", credit, List.of());
  }

  /** Questions on images of their own, of which some only one of the models gets right. */
  private static AccuracyLoss loss(int questions, int onlyDense, int onlyProfile) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < questions; i++) {
      boolean dense = i < onlyDense || i >= onlyDense + onlyProfile;
      boolean profile = i >= onlyDense;
      pairs.add(new Pair("image " + i, dense, profile));
    }
    return loss(pairs);
  }

  private static FrontierRecord point(long memoryBytes) {
    TrialRecord trial = Trials.complete("run", 1, 0.5, memoryBytes, 0.8);
    return new FrontierBuilder("study", "run", LocalDate.EPOCH)
        .build(Yardstick.of(trial), List.of(trial), List.of())
        .get(0);
  }

  @Test
  void letsThroughWhatKeepsEveryLimit() {
    assertThat(GATE.objections(point(600), Optional.of(loss(2000, 20, 10)), OptionalDouble.empty()))
        .isEmpty();
  }

  @Test
  void saysEachLimitThatIsNotKept() {
    assertThat(FAST.objections(point(950), Optional.of(loss(100, 8, 2)), OptionalDouble.of(0.75)))
        .containsExactly(
            "may lose 11.39 points of accuracy (95.0 % confidence; 6.00 found on 100 questions), at"
                + " most 2.00 allowed",
            "saves 5.0 % of memory, at least 10.0 % wanted",
            "takes 0.750 s to the first token, at most 0.500 s allowed");
    assertThat(FAST.objections(point(600), Optional.empty(), OptionalDouble.empty()))
        .containsExactly(
            "not confirmed on held-out questions yet",
            "its time to the first token was not measured");
  }

  /**
   * By hand: the variance of the mean of 8 times 1, twice -1 and 90 times 0, and one answer more.
   */
  @Test
  void theLossIsPairedQuestionByQuestion() {
    AccuracyLoss loss = loss(100, 8, 2);

    double variance = (10 - 100 * 0.06 * 0.06) / 99;
    assertThat(loss.estimate()).isCloseTo(0.06, within(1e-12));
    assertThat(loss.standardError())
        .isCloseTo(Math.sqrt(variance / 100 + 0.01 * 0.01), within(1e-9));
    assertThat(loss.bound(0.5)).isCloseTo(0.06, within(1e-12));
  }

  /** Of two benchmarks the lighter one's loss counts for less, however many questions it has. */
  @Test
  void theLossIsOfTheScoreThatIsSearchedFor() {
    Benchmark weighted =
        new WeightedBenchmarks(
            List.of(
                new WeightedBenchmarks.Part(new GenericBenchmark("heavy"), 3),
                new WeightedBenchmarks.Part(new GenericBenchmark("light"), 1)));
    List<Outcome> dense = new ArrayList<>();
    List<Outcome> profile = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String benchmark = i < 20 ? "heavy" : "light";
      dense.add(answer(benchmark, "image " + i, 1));
      profile.add(answer(benchmark, "image " + i, i % 2 == 0 ? 1 : i < 20 ? 1 : 0.3));
    }

    AccuracyLoss loss = AccuracyLoss.of(weighted, Tally.of(dense), Tally.of(profile));

    assertThat(loss.questions()).isEqualTo(100);
    assertThat(loss.estimate()).isCloseTo(0.25 * 0.5 * 0.7, within(1e-4));
  }

  @Test
  void modelsWithoutADifferentAnswerAreNotTakenForEqual() {
    assertThat(loss(20, 0, 0).estimate()).isZero();
    assertThat(loss(20, 0, 0).bound(0.95)).isGreaterThan(0.05);
    assertThat(loss(2000, 0, 0).bound(0.95)).isLessThan(0.001);
  }

  @Test
  void questionsOnOneImageCountForLess() {
    List<Pair> apart = new ArrayList<>();
    List<Pair> together = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      boolean lost = i < 20;
      apart.add(new Pair("image " + i, true, !lost));
      together.add(new Pair("image " + i / 10, true, !lost));
    }

    assertThat(loss(together).standardError()).isGreaterThan(2 * loss(apart).standardError());
  }

  @Test
  void theBoundIsExceededAsSeldomAsItPromises() {
    Random random = new Random(5);
    int above = 0;
    int draws = 2000;
    for (int d = 0; d < draws; d++) {
      List<Pair> pairs = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        double u = random.nextDouble(); // 5 % only dense right, 2 % only the profile: a loss of .03
        pairs.add(new Pair("image " + i, u < 0.05 || u > 0.07, u >= 0.05));
      }
      above += loss(pairs).bound(0.95) < 0.03 ? 1 : 0;
    }
    assertThat((double) above / draws).isBetween(0.03, 0.07);
  }

  @Test
  void refusesALossWithoutQuestions() {
    assertThatThrownBy(() -> loss(List.of()))
        .hasMessage("a loss needs questions that both models answered, was given 0 and 0");
  }
}
