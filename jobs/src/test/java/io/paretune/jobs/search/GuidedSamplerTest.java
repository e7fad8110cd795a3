package io.paretune.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuidedSamplerTest {
  private static final BenchmarkProblem PROBLEM =
      CompressionProblems.frontier(CompressionProblems.Shape.ENDS, 5, 8, 500);

  private static void tell(Study study, List<Trial> trials) {
    for (Trial t : trials) {
      study.tell(t.id(), PROBLEM.measure(t.point(), TrialRandom.of(1, t.id())));
    }
  }

  private static List<Point> points(List<Trial> trials) {
    return trials.stream().map(Trial::point).toList();
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void theSameSeedAndTellsGiveTheSameProposals(SamplerName name) {
    List<List<Point>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Study study = new Study(PROBLEM.space(), name.create(42));
      List<Point> asked = new ArrayList<>();
      for (int round = 0; round < 12; round++) {
        List<Trial> trials = study.ask(3);
        asked.addAll(points(trials));
        tell(study, trials);
      }
      runs.add(asked);
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void aStudyReplayedFromItsRecordGoesOnAsItWouldHave(SamplerName name) {
    Study first = new Study(PROBLEM.space(), name.create(7));
    for (int round = 0; round < 10; round++) {
      tell(first, first.ask(4));
    }
    List<Trial> running = first.ask(2);
    Study second = new Study(PROBLEM.space(), name.create(7));
    first.history().finished().forEach(second::replay);
    running.forEach(second::replay);
    assertThat(points(second.ask(3))).isEqualTo(points(first.ask(3)));
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void aBatchHasNoDuplicatesAndNothingIsTriedTwice(SamplerName name) {
    Study study = new Study(PROBLEM.space(), name.create(3));
    HashSet<Point> seen = new HashSet<>();
    for (int round = 0; round < 6; round++) {
      List<Trial> trials = study.ask(8);
      trials.forEach(t -> assertThat(seen.add(t.point())).isTrue());
      tell(study, trials);
    }
  }

  /** Eight run at once, and whichever ends is told: the last asked first, one of them never. */
  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void tellsMayComeInAnyOrder(SamplerName name) {
    Study study = new Study(PROBLEM.space(), name.create(3));
    List<Trial> running = new ArrayList<>(study.ask(8));
    HashSet<Point> asked = new HashSet<>(points(running));
    for (int k = 0; k < 30; k++) {
      tell(study, List.of(running.remove(running.size() - 1)));
      running.addAll(study.ask(1));
      asked.add(running.get(running.size() - 1).point());
    }
    assertThat(asked).hasSize(38);
    assertThat(study.history().running()).hasSize(8).contains(running.get(0));
    assertThat(study.history().finished()).hasSize(30);
  }

  /**
   * Of the best; without a model of what a criterion makes of all layers' damage it came to .87.
   */
  @Test
  void aWorseCriterionToChooseAsWellCostsFewTrials() {
    BenchmarkProblem two =
        CompressionProblems.frontier(CompressionProblems.Shape.MILD, 1, 8, 1000, 1.8, 1);
    double found =
        SearchBenchmark.run(two, SearchBenchmark.variants().get("guided"), 101, 4, new long[2])[2];
    assertThat(found).isGreaterThan(0.93);
  }

  @Test
  void beatsRandomSearchByFarOnAKnownMemoryFrontier() {
    double guided =
        SearchBenchmark.run(PROBLEM, SearchBenchmark.variants().get("guided"), 1, 4, new long[2])[
            3];
    double random =
        SearchBenchmark.run(PROBLEM, SearchBenchmark.variants().get("random"), 1, 4, new long[2])[
            3];
    assertThat(guided).isGreaterThan(0.85).isGreaterThan(random + 0.15);
  }

  @Test
  void aBeliefAboutTheLayersHelpsTheFirstTrials() {
    BenchmarkProblem problem =
        CompressionProblems.frontier(CompressionProblems.Shape.EARLY, 3, 24, 1000);
    Point dense = Point.of(new double[problem.space().dimensions()]);
    double best = problem.evaluator().truth(dense)[1];
    List<List<Double>> lost = new ArrayList<>();
    for (int i = 0; i < dense.size(); i++) {
      List<Double> term = new ArrayList<>();
      for (int c = 0; c < problem.space().parameter(i).cardinality(); c++) {
        term.add(best - problem.evaluator().truth(dense.with(i, c))[1]);
      }
      lost.add(term);
    }
    double with = 0;
    double without = 0;
    for (int seed = 0; seed < 3; seed++) {
      with += volume(problem, Optional.of(Additive.of(0, lost)), seed);
      without += volume(problem, Optional.empty(), seed);
    }
    assertThat(with).isGreaterThan(without + 0.05 * problem.best());
  }

  /** Noise-free hypervolume of what 30 trials found. */
  private static double volume(BenchmarkProblem problem, Optional<Additive> belief, long seed) {
    Study study =
        new Study(problem.space(), new GuidedSampler(GuidedSettings.DEFAULT, seed, belief));
    Front front =
        new Front(problem.reference().stream().mapToDouble(Double::doubleValue).toArray());
    while (study.history().finished().size() < 30) {
      for (Trial t : study.ask(3)) {
        study.tell(t.id(), problem.measure(t.point(), TrialRandom.of(seed, t.id())));
        double[] truth = problem.evaluator().truth(t.point());
        front.add(truth[0], -truth[1]);
      }
    }
    double[] reference = problem.reference().stream().mapToDouble(Double::doubleValue).toArray();
    return Hypervolume.of(front.points().toArray(double[][]::new), reference);
  }

  @Test
  void importancesSumToOneAndFindTheLayersThatMatter() {
    Study study = new Study(PROBLEM.space(), SamplerName.TPE_GUIDED.create(2));
    for (int round = 0; round < 20; round++) {
      tell(study, study.ask(4));
    }
    List<VariableImportance> all =
        VariableImportance.ofEffects(study.history(), new java.util.SplittableRandom(1));
    assertThat(all).hasSize(16).allMatch(e -> e.low() <= e.importance());
    assertThat(all.stream().mapToDouble(VariableImportance::importance).sum())
        .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-9));
    double first = all.get(0).importance(); // l0.ratio: both ends matter in this problem
    double middle = all.get(6).importance();
    assertThat(first).isGreaterThan(middle);
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void failedAndStoppedTrialsAndEvidenceFromElsewhereAreTakenInStride(SamplerName name) {
    Study study = new Study(PROBLEM.space(), name.create(11));
    for (int round = 0; round < 12; round++) {
      for (Trial t : study.ask(3)) {
        Outcome told = PROBLEM.measure(t.point(), TrialRandom.of(1, t.id()));
        switch ((int) (t.id() % 4)) {
          case 0 -> study.tell(t.id(), Outcome.failed("out of memory"));
          case 1 -> study.tell(t.id(), Outcome.stopped(told.values(), 50, "behind"));
          case 2 -> study.add(t.point(), told, new Trial.Origin("sibling", 0.3));
          default -> study.tell(t.id(), told);
        }
      }
    }
    assertThat(study.ask(5)).hasSize(5);
  }

  private static final Point MILD =
      Point.of(new double[] {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2});

  /** The score that the model foresees of a point after 30 trials and these. */
  private static double foreseenAfter(Outcome... atThePoint) {
    Study study = new Study(PROBLEM.space(), SamplerName.RANDOM.create(4));
    tell(study, study.ask(30));
    for (Outcome outcome : atThePoint) {
      study.add(MILD, outcome, Trial.Origin.TOLD);
    }
    Encoding encoding = new Encoding(PROBLEM.space(), Optional.empty());
    ObjectiveModel model = new ObjectiveModel(encoding, 1, GuidedSettings.DEFAULT);
    model.update(study.history());
    return -model.loss(model.mean(encoding.of(MILD)));
  }

  private static Outcome stopped(double score) {
    return Outcome.stopped(Map.of("score", score), 200, "behind");
  }

  @Test
  void aStoppedTrialIsABoundAndNoValue() {
    double foreseen = foreseenAfter();
    assertThat(foreseen).isBetween(0.7, 0.9);
    assertThat(foreseenAfter(stopped(1))).as("lucky").isCloseTo(foreseen, within(2e-4));
    assertThat(foreseenAfter(stopped(0.4))).as("behind").isLessThan(foreseen - 0.003);
  }

  /** The space has three points; a sibling's trials of two of them are no trials of this study. */
  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void whatOnlyEvidenceFromElsewhereSpeaksOfIsTriedHere(SamplerName name) {
    Study study = new Study(Spaces.ordinals(1, 3, Objective.minimize("f")), name.create(1));
    for (double at : new double[] {0, 1}) {
      study.add(Point.of(at), Outcome.complete(Map.of("f", at)), new Trial.Origin("sibling", 0.5));
    }
    List<Point> asked = new ArrayList<>();
    for (int k = 0; k < (name == SamplerName.RANDOM ? 30 : 3); k++) {
      Trial t = study.ask(1).get(0);
      study.tell(t.id(), Outcome.complete(Map.of("f", t.point().at(0))));
      asked.add(t.point());
    }
    assertThat(asked).contains(Point.of(0), Point.of(1), Point.of(2));
  }

  @Test
  void evidenceFromElsewhereFadesAsTheStudysOwnComesIn() {
    Study study = new Study(PROBLEM.space(), SamplerName.RANDOM.create(1));
    Point elsewhere = Point.of(new double[PROBLEM.space().dimensions()]);
    study.add(
        elsewhere, PROBLEM.measure(elsewhere, TrialRandom.of(1, 1)), new Trial.Origin("old", 0.5));
    List<Double> weights = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      TpeSplit split = TpeSplit.of(study.history(), TpeSettings.DEFAULT);
      weights.add(split.weight(study.history().finished().get(0)));
      tell(study, study.ask(10));
    }
    assertThat(weights).containsExactly(0.5, 0.25, 0.5 / 3);
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void asksForMoreTrialsThanASmallSpaceHasAreMet(SamplerName name) {
    SearchSpace space = Spaces.ordinals(2, 2, Objective.minimize("f"));
    Study study = new Study(space, name.create(1));
    for (int round = 0; round < 4; round++) {
      for (Trial t : study.ask(5)) {
        study.tell(t.id(), Outcome.complete(Map.of("f", t.point().at(0))));
      }
    }
    assertThat(study.history().finished()).hasSize(20);
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  void flatAndHugeValuesAreNoTrouble(SamplerName name) {
    SearchSpace space =
        new SearchSpace(
            List.of(Spaces.number("x", -1, 1), Spaces.ordinal("o", 1), Spaces.ordinal("p", 3)),
            List.of(Objective.minimize("f"), Objective.maximize("g")),
            List.of(new Constraint.OnObjective("g", 0, Double.POSITIVE_INFINITY)));
    Study study = new Study(space, name.create(1));
    for (int round = 0; round < 30; round++) {
      for (Trial t : study.ask(2)) {
        Map<String, Double> values = new HashMap<>();
        values.put("f", 1.0);
        values.put("g", t.id() % 3 == 0 ? 1e300 : -1e300);
        study.tell(t.id(), Outcome.complete(values));
      }
    }
    assertThat(study.history().finished()).hasSize(60);
  }

  /** Twelve layers, the fourth of which cannot be pruned most: the trial fails. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aChoiceThatFailsIsSoonLeftAlone(long seed) {
    List<Parameter> layers = new ArrayList<>();
    List<List<Double>> memory = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      layers.add(
          new Parameter.Ordinal(
              "l" + i + ".ratio", List.of(0, 0.2, 0.4, 0.6, 0.8), Place.of("ratio", i / 11.0)));
      memory.add(List.of(5.0, 4.0, 3.0, 2.0, 1.0));
    }
    Study study =
        new Study(
            new SearchSpace(
                layers,
                List.of(
                    Objective.minimize("memory").knownAs(Additive.of(0, memory)),
                    Objective.maximize("score")),
                List.of()),
            SamplerName.TPE_GUIDED.create(seed));
    int failed = 0;
    for (int k = 0; k < 50; k++) {
      Trial t = study.ask(1).get(0);
      double damage = 0;
      for (int i = 0; i < 12; i++) {
        damage += Math.pow(t.point().at(i) / 5, 2.5) * (i % 3 == 0 ? 0.05 : 0.15);
      }
      boolean fails = t.point().at(3) == 4;
      failed += fails ? 1 : 0;
      study.tell(
          t.id(),
          fails
              ? Outcome.failed("out of memory")
              : Outcome.complete(Map.of("score", 0.9 * Math.exp(-damage))));
    }
    assertThat(failed).isLessThan(10);
  }

  /** The least true loss of 60 trials, some of which are told a penalty in its place. */
  private static double bestOfPenalised(SamplerName name, long seed, double penalty) {
    List<Parameter> five = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      five.add(Spaces.number("x" + i, -5, 5));
    }
    Study study =
        new Study(
            new SearchSpace(five, List.of(Objective.minimize("f")), List.of()), name.create(seed));
    double best = Double.POSITIVE_INFINITY;
    for (int k = 0; k < 60; k++) {
      Trial t = study.ask(1).get(0);
      double sum = 0;
      for (double x : t.point().toArray()) {
        sum += (x - 1) * (x - 1);
      }
      boolean bad = t.point().at(0) > 3;
      study.tell(t.id(), Outcome.complete(Map.of("f", bad ? penalty : sum)));
      best = bad ? best : Math.min(best, sum);
    }
    return best;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e6, 1e10})
  void penaltiesDoNotHideWhatTheModelIsToSee(double penalty) {
    for (long seed = 1; seed <= 2; seed++) {
      assertThat(bestOfPenalised(SamplerName.TPE_GUIDED, seed, penalty)).isLessThan(0.01);
    }
  }

  @ParameterizedTest
  @EnumSource(SamplerName.class)
  @Timeout(60)
  void aHugeAskAndALongHistoryAreServed(SamplerName name) {
    Study study = new Study(PROBLEM.space(), name.create(1));
    for (long id = 0; id < 2_000; id++) {
      Point point = RandomSampler.uniform(PROBLEM.space(), TrialRandom.of(9, id));
      study.add(point, PROBLEM.measure(point, TrialRandom.of(8, id)), Trial.Origin.TOLD);
    }
    assertThat(study.ask(3_000)).hasSize(3_000);
  }
}
