package io.paretune.jobs.command;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.ingest.DemoSamples;
import io.paretune.jobs.ingest.SampleFiles;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.SampleRecord;
import io.paretune.jobs.tables.SamplesTable;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialScore;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.jobs.tables.Warehouse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two benchmarks, the first with three times the weight of the second: the embedded one, whose file
 * names splits, and POPE's columns with the same images, whose splits are shared out. POPE is
 * confirmed by generation.
 */
class SeveralBenchmarksTest {
  private static final Map<String, Double> WEIGHTS = Map.of("mine", 0.75, "pope", 0.25);
  private static final double Z = 1.959963984540054;

  @TempDir static Path shared;
  private static Warehouse warehouse;
  private static String benchmarks;
  private static Ran tuned;

  @BeforeAll
  static void tuneOnce() {
    String mine =
        DemoSamples.first(
            spark(), shared.resolve("mine.parquet"), Map.of("train", 8, "val", 24, "test", 16));
    String pope =
        new SampleFiles(spark())
            .writeOne(
                spark()
                    .read()
                    .parquet(mine)
                    .where("answer in ('yes', 'no')")
                    .union(
                        spark()
                            .read()
                            .parquet(DemoSamples.HOME.resolve("conf/demo/samples.parquet") + "")
                            .where("category = 'presence' and split != 'train'")
                            .limit(40))
                    .dropDuplicates("sample_id")
                    .select(
                        col("sample_id").as("question_id"),
                        col("question"),
                        col("answer"),
                        lit("popular").as("category"),
                        col("image")),
                shared.resolve("pope.parquet"));
    warehouse = Warehouse.at("warehouse", shared.resolve("warehouse").toString());
    benchmarks =
        "benchmarks=[{name=mine, samples=[\"%s\"], weight=3},".formatted(mine)
            + "{name=pope, format=pope, samples=[\"%s\"],".formatted(pope)
            + " answering {confirm=generate}}]";
    tuned = study("tune");
  }

  private static SparkSession spark() {
    return SharedSpark.session();
  }

  private static Ran study(String command) {
    return Ran.command(
        shared.resolve("logs"),
        command,
        "warehouse=" + shared.resolve("warehouse"),
        "model=" + DemoSamples.MODEL,
        "workload=16x128",
        benchmarks,
        "benchmark.protocol=lmms-eval",
        "benchmark.splits.shares=[0.2,0.4,0.4]",
        "calibration.samples=8",
        "study.name=both",
        "study.trials=2",
        "study.shards=2",
        "study.concurrency=1",
        "study.racing.confidence=null",
        "study.uniform-baseline=[]",
        "study.space.pruning-ratios=[0.0,0.3,0.5,0.7]",
        "study.space.key-value-bits=[16,4]");
  }

  private static List<TrialRecord> trials() {
    return new TrialsTable(spark(), warehouse).ofStudy("both");
  }

  /** Each question's credit, by its benchmark and id. */
  private static Map<String, Double> credits(long trial, String split, String answering) {
    Map<String, Double> credits = new HashMap<>();
    new ShardResultsTable(spark(), warehouse)
        .ofStudy("both").stream()
            .filter(r -> r.trialId() == trial && r.split().equals(split))
            .filter(r -> r.answering().key().equals(answering))
            .map(ShardResultRecord::outcomes)
            .flatMap(List::stream)
            .forEach(o -> credits.put(o.sampleId(), o.score()));
    return credits;
  }

  private static double mean(Map<String, Double> credits, String benchmark) {
    return credits.entrySet().stream()
        .filter(e -> e.getKey().startsWith(benchmark + "/"))
        .mapToDouble(Map.Entry::getValue)
        .average()
        .orElseThrow();
  }

  private static Map<String, String> images() {
    Map<String, String> images = new HashMap<>();
    for (SampleRecord sample :
        new SamplesTable(spark(), warehouse)
            .read().collectAsList().stream().map(SampleRecord::fromRow).toList()) {
      images.put(sample.benchmark() + "/" + sample.sampleId(), sample.imageId());
    }
    return images;
  }

  @Test
  void aTrialsScoreIsTheWeightedMeanOfItsPartsAndItsIntervalIsClusteredByImage() {
    assertThat(tuned.status()).as(tuned.err()).isZero();
    Map<String, String> imageOf = images();
    assertThat(trials()).hasSize(3).allMatch(t -> t.state() == TrialState.COMPLETE);
    for (TrialRecord trial : trials()) {
      TrialScore score = trial.score().orElseThrow();
      Map<String, Double> credits = credits(trial.trialId(), "val", "options");
      assertThat(score.samples()).isEqualTo(credits.size());
      assertThat(score.byBenchmark()).containsOnlyKeys("mine", "pope");
      double expected = 0;
      Map<String, Double> influence = new HashMap<>();
      for (String benchmark : WEIGHTS.keySet()) {
        double mean = mean(credits, benchmark);
        double weight = WEIGHTS.getOrDefault(benchmark, 0.0);
        long n = credits.keySet().stream().filter(k -> k.startsWith(benchmark + "/")).count();
        assertThat(score.byBenchmark().get(benchmark)).isCloseTo(mean, within(1e-9));
        expected += weight * mean;
        credits.forEach(
            (id, credit) -> {
              if (id.startsWith(benchmark + "/")) {
                influence.merge(imageOf.get(id), weight * (credit - mean) / n, Double::sum);
              }
            });
      }
      assertThat(score.score()).isCloseTo(expected, within(1e-9));
      assertThat(influence).as("both ask about some images").hasSizeLessThan(credits.size());
      double m = influence.size();
      double variance = influence.values().stream().mapToDouble(d -> d * d).sum() * m / (m - 1);
      // Wilson's ends e solve (p - e)² = z² e (1 - e) / n, here with the n of that variance.
      double n = Math.min(credits.size(), expected * (1 - expected) / variance);
      for (double end : new double[] {score.low(), score.high()}) {
        assertThat(Math.pow(expected - end, 2))
            .isCloseTo(Z * Z * end * (1 - end) / n, within(1e-9));
      }
    }
    assertThat(new FrontierTable(spark(), warehouse).ofStudy("both")).isNotEmpty();
  }

  @Test
  void eachBenchmarkIsConfirmedInItsOwnWayAndTheDifferenceIsShown() {
    Ran confirmed = study("confirm");

    assertThat(confirmed.status()).as(confirmed.err()).isZero();
    assertThat(confirmed.out())
        .contains("held out")
        .contains("answered by mine=options,pope=generate, and by options as in the search:")
        .contains("  mine: +0.0 points on average")
        .containsPattern("  pope: [+-]\\d+\\.\\d points on average");
    List<TrialRecord> checked = trials().stream().filter(t -> t.heldOut().isPresent()).toList();
    assertThat(checked).isNotEmpty();
    for (TrialRecord trial : checked) {
      Map<String, Double> own = credits(trial.trialId(), "test", "mine=options,pope=generate");
      Map<String, Double> searched = credits(trial.trialId(), "test", "options");
      assertThat(mean(own, "mine")).isEqualTo(mean(searched, "mine"));
      assertThat(trial.heldOut().orElseThrow().score())
          .isCloseTo(0.75 * mean(own, "mine") + 0.25 * mean(own, "pope"), within(1e-9));
      assertThat(trial.heldOut().orElseThrow().asSearched())
          .isCloseTo(0.75 * mean(searched, "mine") + 0.25 * mean(searched, "pope"), within(1e-9));
    }
    assertThat(study("confirm")).as("once is enough").isEqualTo(confirmed);
  }
}
