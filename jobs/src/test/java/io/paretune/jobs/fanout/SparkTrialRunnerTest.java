package io.paretune.jobs.fanout;

import static io.paretune.jobs.fanout.SimulatedTrials.ASKED;
import static io.paretune.jobs.fanout.SimulatedTrials.IMAGES;
import static io.paretune.jobs.fanout.SimulatedTrials.QUESTIONS;
import static io.paretune.jobs.fanout.SimulatedTrials.SHARDS;
import static io.paretune.jobs.fanout.SimulatedTrials.candidate;
import static io.paretune.jobs.fanout.SimulatedTrials.profile;
import static io.paretune.jobs.fanout.SimulatedTrials.shards;
import static io.paretune.jobs.fanout.SimulatedTrials.trial;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.delta.tables.DeltaTable;
import io.paretune.jobs.SharedSpark;
import io.paretune.jobs.racing.Field;
import io.paretune.jobs.search.Outcome;
import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Warehouse;
import io.paretune.udfs.spark.CandidateFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trials of known answers and durations. */
class SparkTrialRunnerTest {
  private static final SparkSession SPARK = SharedSpark.session();

  @TempDir static Path folder;
  private static SimulatedTrials simulated;

  @BeforeAll
  static void createTables() {
    simulated = SimulatedTrials.in(folder);
  }

  private static Field field() {
    return new Field(0.95, ASKED.allRight());
  }

  @Test
  void aBeatenTrialIsStoppedWithItsScoreSoFarAndOthersAreAskedEverything() {
    Outcome good;
    Outcome bad;
    try (SparkTrialRunner<Integer> runner =
        simulated.runner(
            "raced",
            Optional.of(field()),
            Map.of(),
            Map.of(0L, candidate(0.8, 1), 1L, candidate(0.4, 1)))) {
      good = runner.submit(trial(0)).join();
      bad = runner.submit(trial(1)).join();
      MetricRegistry metrics =
          SparkEnv.get().metricsSystem().getSourcesByName("trials").head().metricRegistry();
      assertThat(metrics.getGauges().get("complete").getValue()).isEqualTo(1);
      assertThat(metrics.getGauges().get("stopped").getValue()).isEqualTo(1);
      assertThat((double) metrics.getGauges().get("slots.utilisation").getValue())
          .isBetween(0., 1.);
      long shards = metrics.getCounters().get("model.switches").getCount();
      assertThat(shards)
          .as("a simulated candidate loads its model for every shard")
          .isGreaterThan(8);
      assertThat(metrics.getCounters().get("bytes.loaded").getCount()).isEqualTo(100 * shards);
      assertThat(metrics.getMeters().get("questions").getCount()).isEqualTo(100 * shards);
    }

    double score = SimulatedCandidate.score(ASKED, 0.8);
    assertThat(good).isEqualTo(Outcome.complete(Map.of("score", score), ASKED.questions()));
    assertThat(bad.state()).isEqualTo(TrialState.STOPPED);
    assertThat(bad.reason())
        .matches("beaten after \\d+ of 800 questions: trial 0, no larger, is ahead");
    List<TrialRecord> recorded = simulated.trials().ofStudy("raced");
    assertThat(recorded)
        .extracting(TrialRecord::state)
        .containsExactly(TrialState.COMPLETE, TrialState.STOPPED);
    assertThat(recorded.get(1).reason()).isEqualTo(bad.reason());
    List<ShardResultRecord> rows =
        simulated.results().ofStudy("raced").stream().filter(r -> r.trialId() == 1).toList();
    assertThat(rows.stream().mapToLong(ShardResultRecord::total).sum())
        .as("whole rungs, and nothing of later ones")
        .isEqualTo(bad.samples())
        .isEqualTo(200L * (1 + rows.get(rows.size() - 1).rung()))
        .isLessThan(800);
    assertThat(simulated.results().ofStudy("raced").stream().filter(r -> r.trialId() == 0))
        .hasSize(SHARDS);
  }

  @Test
  void finishedRungsOfAnInterruptedTrialAreNotRunAgain() {
    try (SparkTrialRunner<Integer> runner =
        simulated.runner("whole", Optional.empty(), Map.of(), Map.of(0L, candidate(0.6, 1)))) {
      runner.submit(trial(0)).join();
    }
    List<ShardResultRecord> first =
        simulated.results().ofStudy("whole").stream().filter(r -> r.rung() < 2).toList();
    assertThat(first).hasSize(4);
    SimulatedCandidate rest =
        new SimulatedCandidate(
            IMAGES,
            QUESTIONS,
            0.6,
            candidate(0.6, 1).millis(),
            first.stream().map(ShardResultRecord::shard).collect(Collectors.toSet()),
            null);

    Outcome outcome;
    try (SparkTrialRunner<Integer> runner =
        simulated.runner("again", Optional.empty(), Map.of(0L, first), Map.of(0L, rest))) {
      outcome = runner.submit(trial(0)).join();
    }

    assertThat(outcome)
        .isEqualTo(
            Outcome.complete(
                Map.of("score", SimulatedCandidate.score(ASKED, 0.6)), ASKED.questions()));
    assertThat(simulated.results().ofStudy("again"))
        .as("only what was not there")
        .extracting(ShardResultRecord::rung)
        .containsExactly(2, 2, 3, 3);
  }

  @Test
  void aPoisonousProfileAndAnUnreadableShardFailTheirTrialsAloneWithTheReason() {
    CandidateFailure overflow = new CandidateFailure(CandidateFailure.Kind.OVERFLOW, "not finite");
    SimulatedCandidate poison =
        new SimulatedCandidate(
            IMAGES, QUESTIONS, 0.5, candidate(0.5, 1).millis(), Set.of(), overflow);
    SimulatedCandidate unreadable =
        new SimulatedCandidate(IMAGES, QUESTIONS, 0.5, candidate(0.5, 1).millis(), Set.of(5), null);
    try (SparkTrialRunner<Integer> runner =
        simulated.runner(
            "failing",
            Optional.of(field()),
            Map.of(),
            Map.of(0L, poison, 1L, unreadable, 2L, candidate(0.5, 1)))) {
      assertThat(runner.submit(trial(0)).join()).isEqualTo(Outcome.failed("not finite"));
      assertThat(runner.submit(trial(1)).join().reason())
          .isEqualTo(
              "shard 5, attempt 3 on executor driver: IOException: part-05.parquet: input/output"
                  + " error");
      assertThat(runner.submit(trial(2)).join().state()).isEqualTo(TrialState.COMPLETE);
    }

    assertThat(simulated.trials().ofStudy("failing"))
        .extracting(TrialRecord::state)
        .containsExactly(TrialState.FAILED, TrialState.FAILED, TrialState.COMPLETE);
    assertThat(simulated.trials().ofStudy("failing").get(1).reason())
        .startsWith("shard 5, attempt 3");
  }

  @Test
  void whenNothingRunsAnyMoreTheClusterIsBlamedAndTheTrialsStayOpen() {
    SimulatedCandidate unreadable =
        new SimulatedCandidate(IMAGES, QUESTIONS, 0.5, candidate(0.5, 1).millis(), Set.of(0), null);
    try (SparkTrialRunner<Integer> runner =
        simulated.runner(
            "broken",
            Optional.empty(),
            Map.of(),
            Map.of(0L, unreadable, 1L, unreadable, 2L, unreadable))) {
      runner.submit(trial(0)).join();
      runner.submit(trial(1)).join();
      assertThatThrownBy(() -> runner.submit(trial(2)).join())
          .hasMessageContaining("3 trials in a row could not be run, the last for this: shard 0");
    }

    assertThat(simulated.trials().ofStudy("broken"))
        .extracting(TrialRecord::state)
        .containsExactly(TrialState.RUNNING, TrialState.RUNNING, TrialState.RUNNING);
  }

  @Test
  void aRungIsACommitAtMost() {
    long before = version();
    try (SparkTrialRunner<Integer> runner =
        simulated.runner("commits", Optional.empty(), Map.of(), Map.of(0L, candidate(0.5, 100)))) {
      runner.submit(trial(0)).join();
    }
    assertThat(version() - before).as("four rungs, of two shards each").isBetween(1L, 4L);
  }

  /** Whoever reads trials and then answers, at any moment, finds nothing half-written. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aReaderBesideASearchSeesWholeRungsAndWholeTrials() throws Exception {
    Map<Long, SimulatedCandidate> candidates =
        LongStream.range(0, 4).boxed().collect(Collectors.toMap(t -> t, t -> candidate(0.5, 150)));
    int unfinished = 0;
    try (SparkTrialRunner<Integer> runner =
        simulated.runner("read", Optional.empty(), Map.of(), candidates)) {
      CompletableFuture<Void> search =
          CompletableFuture.allOf(
              LongStream.range(0, 4)
                  .mapToObj(t -> runner.submit(trial(t)))
                  .toArray(CompletableFuture<?>[]::new));
      while (!search.isDone()) {
        List<TrialRecord> seen = simulated.trials().ofStudy("read");
        List<ShardResultRecord> answers = simulated.results().ofStudy("read");
        unfinished += requireWhole(seen, answers) ? 0 : 1;
      }
      search.join();
    }
    assertThat(unfinished).as("it read while the search wrote").isPositive();
    assertThat(
            requireWhole(simulated.trials().ofStudy("read"), simulated.results().ofStudy("read")))
        .isTrue();
  }

  /** Whether all four trials have ended. */
  private static boolean requireWhole(List<TrialRecord> seen, List<ShardResultRecord> answers) {
    Map<Long, Map<Integer, Long>> rungs =
        answers.stream()
            .collect(
                Collectors.groupingBy(
                    ShardResultRecord::trialId,
                    Collectors.groupingBy(ShardResultRecord::rung, Collectors.counting())));
    assertThat(rungs.values().stream().flatMap(r -> r.values().stream()))
        .as("shards of a rung that is there")
        .allMatch(shards -> shards == 2);
    for (TrialRecord trial : seen) {
      if (trial.state() == TrialState.COMPLETE) {
        assertThat(rungs).as("answers of an ended trial").containsKey(trial.trialId());
        assertThat(rungs.get(trial.trialId())).hasSize(4);
      }
    }
    return seen.stream().filter(t -> t.state() == TrialState.COMPLETE).count() == 4;
  }

  private static long version() {
    return DeltaTable.forPath(
            SPARK, Warehouse.at("warehouse", folder.toString()).path("shard_results"))
        .history(1)
        .head()
        .<Long>getAs("version");
  }

  /** Tasks hear of it between batches; the shards would take hours. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void theSlotsOfACancelledTrialAreFreeForOthers() throws Exception {
    ShardJob job =
        new ShardFanout<>(shards(), p -> candidate(0.5, 10_000_000))
            .start(profile(trial(0)), ASKED.shards());
    while (SPARK.sparkContext().statusTracker().getExecutorInfos()[0].numRunningTasks() < 2) {
      Thread.sleep(10);
    }

    job.cancel();

    assertThatThrownBy(job::next).isInstanceOf(ShardJob.JobFailedException.class);
    assertThat(shards().map(s -> s + 1).collect()).hasSize(SHARDS);
  }
}
