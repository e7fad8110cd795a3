package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.HeldOut;
import io.paretune.jobs.tables.ImportanceMethod;
import io.paretune.jobs.tables.LayerImportanceRecord;
import io.paretune.jobs.tables.LayerImportanceTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialOrigin;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import io.paretune.udfs.profile.CriterionName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code tune} and {@code confirm} on a study of six trials: three uniform ones, three searched.
 */
class StudyCommandsTest {
  private static final int UNIFORM = 3; // dense, 50 % at 16 and at 4 bits
  private static final int TRIALS = UNIFORM + 3;
  private static final int DEMO_LAYERS = 8;
  private static final String EARLIER = "executor of the interrupted run";

  @TempDir static Path shared;
  private static DemoStudies studies;
  private static Ran first;

  @BeforeAll
  static void tuneOnce() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("train", 16);
    counts.put("val", 60);
    counts.put("test", 40);
    studies = DemoStudies.in(shared, counts);
    first = studies.run("tune", "first");
  }

  @Test
  void aStudyRecordsItsTrialsTheirAnswersAndItsFrontier() {
    assertThat(first.status()).as(first.err()).isZero();
    List<TrialRecord> trials = studies.trials("first");
    assertThat(trials)
        .extracting(TrialRecord::trialId)
        .containsExactlyElementsOf(LongStream.range(0, TRIALS).boxed().toList());
    assertThat(trials).allMatch(t -> t.state() == TrialState.COMPLETE);
    assertThat(trials).filteredOn(t -> t.origin() == TrialOrigin.UNIFORM).hasSize(UNIFORM);
    assertThat(trials).filteredOn(TrialRecord::isDense).hasSize(1);
    List<ShardResultRecord> answers = studies.answers("first");
    assertThat(answers).hasSize(TRIALS * DemoStudies.SHARDS);
    for (TrialRecord trial : trials) {
      List<ShardResultRecord> own =
          answers.stream().filter(a -> a.trialId() == trial.trialId()).toList();
      assertThat(own.stream().mapToLong(ShardResultRecord::total).sum()).isEqualTo(60);
      assertThat(trial.score().orElseThrow().samples()).isEqualTo(60);
      assertThat(trial.score().orElseThrow().score())
          .isEqualTo(own.stream().mapToLong(ShardResultRecord::correct).sum() / 60.0);
    }
    List<FrontierRecord> frontier = studies.frontier("first");
    assertThat(frontier).isNotEmpty();
    assertThat(first.out()).startsWith("Frontier of first: hypervolume ");
  }

  @Test
  void aFrontierIsATemplateAndItsTrialsAreEvidenceForAnotherStudy() throws IOException {
    Path template = shared.resolve("first.json");
    Ran written = studies.run("template", "first", "--to", template.toString());
    assertThat(written.status()).as(written.err()).isZero();
    List<String> frontier =
        studies.frontier("first").stream()
            .filter(p -> !p.profile().layers().isEmpty()) // the dense model is tried anyway
            .map(p -> p.profile().id())
            .toList();
    int trialsOfSecond = 2;

    Ran second =
        studies.run(
            "tune",
            "second",
            "study.template=" + template,
            "study.warm-start.studies=[first]",
            "study.uniform-baseline=[]",
            "study.trials=" + trialsOfSecond,
            "study.sensitivities=true",
            "calibration.selection=representative",
            "calibration.samples=8");

    assertThat(second.status()).as(second.err()).isZero();
    try (Stream<Path> kept = Files.walk(shared.resolve("warehouse/calibrations"))) {
      assertThat(kept.filter(f -> f.toString().endsWith("-train-representative-8.statistics")))
          .hasSize(1);
    }
    List<TrialRecord> trials = studies.trials("second");
    assertThat(trials)
        .extracting(TrialRecord::trialId)
        .as("the evidence takes no number")
        .containsExactlyElementsOf(LongStream.rangeClosed(0, trialsOfSecond).boxed().toList());
    assertThat(trials)
        .filteredOn(t -> t.origin() == TrialOrigin.TEMPLATE)
        .extracting(t -> t.profile().id())
        .hasSize(Math.min(trialsOfSecond, frontier.size()))
        .isSubsetOf(frontier);
  }

  @Test
  void calibratingSaysWhatEachLayerLosesAtEachRatio() {
    Ran ran = studies.run("calibrate", "first");

    assertThat(ran.status()).as(ran.err()).isZero();
    List<String> lines = ran.out().lines().skip(1).toList();
    assertThat(lines.get(0)).matches("layer +30 % +50 % +70 % *");
    List<List<Double>> errors =
        lines.stream()
            .filter(line -> line.matches("layer [0-9].*"))
            .map(line -> List.of(line.trim().split(" {2,}")))
            .map(cells -> cells.subList(1, cells.size()).stream().map(Double::valueOf).toList())
            .toList();
    assertThat(errors).hasSize(DEMO_LAYERS);
    assertThat(errors).allSatisfy(layer -> assertThat(layer).hasSize(3).isSorted());
    assertThat(errors).allSatisfy(layer -> assertThat(layer.get(2)).isBetween(0.01, 0.9));
  }

  @Test
  void aRunSaysWhichLayersMattered() {
    List<LayerImportanceRecord> rows =
        new LayerImportanceTable(SharedSpark.session(), studies.warehouse()).ofStudy("first");
    assertThat(rows)
        .as("six trials are enough for the additive model, not for a forest")
        .hasSize(2 * DEMO_LAYERS)
        .allMatch(r -> r.method() == ImportanceMethod.EFFECTS)
        .allMatch(r -> r.runId().equals(studies.trials("first").get(0).runId()));
    assertThat(rows).extracting(LayerImportanceRecord::variable).containsOnly("ratio", "kv_bits");
  }

  @Test
  void theCriterionAndWhatComesBeforeTheDecoderCanBeSearchedAsWell() throws IOException {
    Ran wide =
        studies.run(
            "tune",
            "wide",
            "study.sampler=random",
            "study.seed=0",
            "study.space.criterion=[magnitude, ria]",
            "study.space.vision-pruning-ratios=[0.3]",
            "study.space.projector-pruning-ratios=[0.5]",
            "study.space.key-value-bits=[16]");

    assertThat(wide.status()).as(wide.err()).isZero();
    List<TrialRecord> trials = studies.trials("wide");
    assertThat(trials)
        .filteredOn(t -> t.origin() == TrialOrigin.UNIFORM)
        .as("half of every layer by each criterion, and the dense model once")
        .extracting(t -> t.isDense() ? "dense" : t.profile().criterion().key())
        .containsExactlyInAnyOrder("dense", "magnitude", "ria");
    List<TrialRecord> searched =
        trials.stream().filter(t -> t.origin() == TrialOrigin.SAMPLER).toList();
    assertThat(searched)
        .as("by this seed")
        .extracting(t -> t.profile().criterion().key())
        .contains("magnitude", "ria");
    TrialRecord both =
        searched.stream()
            .filter(
                t ->
                    t.profile().vision().towerRatio() > 0
                        && t.profile().vision().projectorRatio() > 0)
            .filter(t -> t.profile().criterion() == CriterionName.RIA)
            .findFirst()
            .orElseThrow();
    Path profile = Files.writeString(shared.resolve("b.json"), both.profile().canonicalJson());
    Ran evaluated =
        Ran.command(
            shared.resolve("logs"),
            "evaluate",
            "--model=" + DemoSamples.MODEL,
            "--samples=" + studies.samples(),
            "--split=val",
            "--profile=" + profile,
            "--calibration-samples=16",
            "--workload=16x128",
            "--out=" + shared.resolve("b.jsonl"));
    assertThat(evaluated.status()).as(evaluated.err()).isZero();
    JsonObject alone = JsonParser.parseString(evaluated.out()).getAsJsonObject();
    assertThat(alone.get("accuracy").getAsDouble()).isEqualTo(both.score().orElseThrow().score());
    assertThat(alone.get("memory_bytes").getAsLong()).isEqualTo(both.cost().memoryBytes());
    assertThat(studies.run("calibrate", "wide", "study.space.criterion=[magnitude, ria]").out())
        .startsWith("Relative squared error of the layers' outputs by pruning ratio, ria\n");
  }

  @Test
  void runningItAgainChangesNothing() {
    List<TrialRecord> before = studies.trials("first");

    Ran again = studies.run("tune", "first");

    assertThat(again).isEqualTo(first);
    assertThat(studies.trials("first")).usingRecursiveComparison().isEqualTo(before);
    assertThat(studies.answers("first").stream().filter(a -> a.split().equals("val")))
        .hasSize(TRIALS * DemoStudies.SHARDS);
  }

  /** Killed while trial 4 ran, before trial 3's end was written; trial 5 had not begun. */
  @Test
  void anInterruptedStudyGoesOnWithoutLosingOrRepeatingATrial() {
    List<TrialRecord> recorded = new ArrayList<>();
    for (TrialRecord trial : studies.trials("first").subList(0, 5)) {
      recorded.add(CopiedStudy.trial(trial, "resumed", trial.trialId() < 3));
    }
    new TrialsTable(SharedSpark.session(), studies.warehouse()).upsert(recorded);
    ShardResultsTable results = new ShardResultsTable(SharedSpark.session(), studies.warehouse());
    results.append(
        "test",
        0,
        studies.answers("first").stream()
            .filter(a -> a.trialId() < 4)
            .map(a -> CopiedStudy.answers(a, "resumed", EARLIER))
            .toList());

    Ran resumed = studies.run("tune", "resumed");

    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(studies.trials("resumed"))
        .allMatch(t -> t.state() == TrialState.COMPLETE)
        .extracting(TrialRecord::trialId, t -> t.profile().id(), t -> t.score().orElseThrow())
        .as("the trials that the study would have had")
        .containsExactlyElementsOf(
            studies.trials("first").stream()
                .map(t -> tuple(t.trialId(), t.profile().id(), t.score().orElseThrow()))
                .toList());
    List<ShardResultRecord> answers = studies.answers("resumed");
    assertThat(answers)
        .extracting(ShardResultRecord::trialId)
        .as("a row a shard of every trial, once")
        .containsExactly(0L, 0L, 1L, 1L, 2L, 2L, 3L, 3L, 4L, 4L, 5L, 5L);
    assertThat(answers)
        .filteredOn(a -> a.executor().equals(EARLIER))
        .extracting(ShardResultRecord::trialId)
        .as("what was answered before is not asked again")
        .containsExactly(0L, 0L, 1L, 1L, 2L, 2L, 3L, 3L);
  }

  @Test
  void anotherWorkloadIsAnotherStudy() {
    Ran refused = studies.run("tune", "first", "workload=16x64");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .isEqualTo(
            "workload: is \"16x64\"; the study \"first\" has trials with \"16x128\" — choose"
                + " another study.name, or run retune, which goes on with it\n");
  }

  @Test
  void confirmingScoresTheFrontierOnQuestionsThatTheSearchNeverSaw() {
    studies.copyTrials("first", "confirmed");

    Ran ran = studies.run("confirm", "confirmed");

    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("held out");
    List<FrontierRecord> frontier = studies.frontier("confirmed");
    Map<Long, TrialRecord> byId = new LinkedHashMap<>();
    studies.trials("confirmed").forEach(t -> byId.put(t.trialId(), t));
    List<ShardResultRecord> heldOut =
        studies.answers("confirmed").stream().filter(a -> a.split().equals("test")).toList();
    assertThat(frontier).isNotEmpty();
    for (FrontierRecord point : frontier) {
      double share =
          heldOut.stream()
                  .filter(a -> a.trialId() == point.trialId())
                  .mapToLong(ShardResultRecord::correct)
                  .sum()
              / 40.0;
      assertThat(byId.get(point.trialId()).confirmedScore()).isEqualTo(OptionalDouble.of(share));
      assertThat(point.confirmedScore()).isEqualTo(OptionalDouble.of(share));
    }
    assertThat(studies.run("confirm", "confirmed")).as("once is enough").isEqualTo(ran);
    assertThat(studies.answers("confirmed").stream().filter(a -> a.split().equals("test")))
        .hasSameSizeAs(heldOut);
  }

  @Test
  void confirmingByGenerationShowsWhatItDiffersByFromTheSearchsWay() {
    studies.copyTrials("first", "generated");
    Ran ran = studies.run("confirm", "generated", "benchmark.answering.confirm=generate");

    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("Held-out questions answered by generate, and by options as in the search:")
        .containsPattern("points on average, at most [+-]\\d+\\.\\d \\(trial \\d+\\)");
    Map<String, List<ShardResultRecord>> heldOut =
        studies.answers("generated").stream()
            .filter(a -> a.split().equals("test"))
            .collect(Collectors.groupingBy(a -> a.answering().key()));
    assertThat(heldOut).containsOnlyKeys("options", "generate");
    List<TrialRecord> confirmed =
        studies.trials("generated").stream().filter(t -> t.heldOut().isPresent()).toList();
    assertThat(confirmed).isNotEmpty();
    for (TrialRecord trial : confirmed) {
      HeldOut own = trial.heldOut().orElseThrow();
      assertThat(own.answering()).isEqualTo(Answering.of(EvaluationMode.GENERATE));
      assertThat(own.score()).isEqualTo(share(heldOut.get("generate"), trial));
      assertThat(own.asSearched()).isEqualTo(share(heldOut.get("options"), trial));
    }
    assertThat(studies.run("confirm", "generated", "benchmark.answering.confirm=generate"))
        .as("once is enough")
        .isEqualTo(ran);
  }

  private static double share(List<ShardResultRecord> answers, TrialRecord trial) {
    return answers.stream()
            .filter(a -> a.trialId() == trial.trialId())
            .mapToLong(ShardResultRecord::correct)
            .sum()
        / 40.0;
  }

  /** Of layer 3 cached values leave fp16: dense and pruned it is the demo model all the same. */
  @Test
  void aProfileThatOverflowsFailsAloneWithItsReason() throws IOException {
    Path poisoned = PoisonedCheckpoint.write(DemoSamples.MODEL, shared.resolve("poisoned"), 3);

    Ran ran = studies.run("tune", "poisoned", "model=" + poisoned, "study.trials=1");

    assertThat(ran.status()).as(ran.err()).isZero();
    List<TrialRecord> trials = studies.trials("poisoned");
    assertThat(trials).hasSize(UNIFORM + 1);
    for (TrialRecord trial : trials) {
      boolean overflows = trial.profile().layer(3).valueBits() < 16;
      assertThat(trial.state())
          .as(trial.profile().canonicalJson())
          .isEqualTo(overflows ? TrialState.FAILED : TrialState.COMPLETE);
      if (overflows) {
        assertThat(trial.reason())
            .contains(trial.profile().id(), "log-probabilities are not finite");
        assertThat(trial.score()).isEmpty();
      }
    }
    assertThat(trials)
        .extracting(TrialRecord::state)
        .contains(TrialState.FAILED, TrialState.COMPLETE);
    TrialRecord dense = trials.stream().filter(TrialRecord::isDense).findFirst().orElseThrow();
    assertThat(dense.score())
        .isEqualTo(
            studies.trials("first").stream()
                .filter(TrialRecord::isDense)
                .findFirst()
                .orElseThrow()
                .score());
    assertThat(studies.answers("poisoned"))
        .extracting(ShardResultRecord::trialId)
        .doesNotContainAnyElementsOf(
            trials.stream()
                .filter(t -> t.state() == TrialState.FAILED)
                .map(TrialRecord::trialId)
                .toList());
  }
}
