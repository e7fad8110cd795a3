package io.paretune.jobs.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.Trials;
import io.paretune.jobs.tables.TrialsTable;
import io.paretune.udfs.evaluate.Answering;
import io.paretune.udfs.evaluate.EvaluationMode;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TrialRecorderTest {
  @TempDir static Path folder;
  private static TrialsTable trials;
  private static ShardResultsTable results;

  @BeforeAll
  static void createTables() {
    SearchTables tables = SearchTables.in(folder);
    trials = tables.trials();
    results = tables.results();
  }

  private static TrialRecord ended(String study, long id) {
    return Trials.running(study, id, 0.5, 100)
        .completed(Trials.score(0.5), Instant.EPOCH.plusSeconds(id + 1), 1);
  }

  private static List<ShardResultRecord> answers(String study, long id) {
    return List.of(
        new ShardResultRecord(
            study,
            id,
            0,
            0,
            "val",
            Answering.of(EvaluationMode.OPTIONS),
            0,
            List.of(),
            1,
            "executor",
            0));
  }

  /** However slow the tables are, a kill costs no more ended trials than that. */
  @Test
  void aTrialThatEndsWaitsWhileAsManyAsAllowedAreUnrecorded() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    CompletableFuture<Thread> third = new CompletableFuture<>();
    CompletableFuture<Void> done;
    try (TrialRecorder recorder =
        new TrialRecorder(trials, results, () -> await(slow), 2, Duration.ZERO)) {
      recorder.ended(ended("slow", 0), answers("slow", 0));
      recorder.ended(ended("slow", 1), answers("slow", 1));
      recorder.started(Trials.running("slow", 2, 0.5, 100));
      recorder.answered(answers("slow", 2));
      done =
          CompletableFuture.runAsync(
              () -> {
                third.complete(Thread.currentThread());
                recorder.ended(ended("slow", 2), List.of());
              });
      Thread waiting = third.get();
      while (waiting.getState() != Thread.State.WAITING) {
        Thread.sleep(5);
      }
      assertThat(done).isNotDone();
      assertThat(trials.ofStudy("slow")).isEmpty();

      slow.countDown();
      done.get();
    }
    assertThat(trials.ofStudy("slow"))
        .extracting(TrialRecord::state)
        .containsExactly(TrialState.COMPLETE, TrialState.COMPLETE, TrialState.COMPLETE);
    assertThat(results.ofStudy("slow"))
        .extracting(ShardResultRecord::trialId)
        .containsExactly(0L, 1L, 2L);
  }

  @Test
  void trialsThatWaitTogetherDoNotWakeEachOther() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (TrialRecorder recorder =
        new TrialRecorder(trials, results, () -> await(slow), 1, Duration.ZERO)) {
      recorder.ended(ended("idle", 0), answers("idle", 0));
      List<Thread> waiting =
          IntStream.of(1, 2)
              .mapToObj(id -> new Thread(() -> recorder.ended(ended("idle", id), List.of())))
              .toList();
      waiting.forEach(Thread::start);
      for (Thread thread : waiting) {
        while (thread.getState() != Thread.State.WAITING) {
          Thread.sleep(5);
        }
      }
      long before = timesWaited(waiting);
      Thread.sleep(50);
      // The second may have woken the first when it came.
      assertThat(timesWaited(waiting)).isBetween(before, before + 2);
      slow.countDown();
      for (Thread thread : waiting) {
        thread.join();
      }
    }
    assertThat(trials.ofStudy("idle")).hasSize(3);
  }

  private static long timesWaited(List<Thread> threads) {
    return threads.stream()
        .mapToLong(
            t -> ManagementFactory.getThreadMXBean().getThreadInfo(t.getId()).getWaitedCount())
        .sum();
  }

  @Test
  void shortTrialsDoNotWaitForTheirRecords() {
    CountDownLatch slow = new CountDownLatch(1);
    try (TrialRecorder recorder =
        new TrialRecorder(trials, results, () -> await(slow), 1, Duration.ofHours(1))) {
      for (int id = 0; id < 5; id++) {
        recorder.ended(ended("short", id), answers("short", id));
      }
      slow.countDown();
    }
    assertThat(trials.ofStudy("short")).hasSize(5);
  }

  @Test
  void whatCannotBeRecordedEndsTheSearchAndNobodyWaitsForIt() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    TrialRecorder recorder =
        new TrialRecorder(
            trials,
            results,
            () -> {
              await(slow);
              throw new IllegalStateException("another process took study \"lost\" over");
            },
            1,
            Duration.ZERO);
    recorder.ended(ended("lost", 0), answers("lost", 0));
    CompletableFuture<Void> second =
        CompletableFuture.runAsync(() -> recorder.ended(ended("lost", 1), List.of()));
    slow.countDown();

    String said =
        "the trials cannot be recorded: IllegalStateException: another process took study \"lost\""
            + " over";
    assertThatThrownBy(second::get).hasRootCauseMessage("another process took study \"lost\" over");
    assertThatThrownBy(recorder::close).hasMessage(said);
    assertThat(trials.ofStudy("lost")).isEmpty();
    assertThat(results.ofStudy("lost")).isEmpty();
  }

  @Test
  void aTrialThatAnEarlierRunLeftRunningKeepsOneRow() {
    try (TrialRecorder first = new TrialRecorder(trials, results, () -> {}, 1, Duration.ZERO)) {
      first.started(Trials.running("left", 0, 0.5, 100));
    }
    try (TrialRecorder second = new TrialRecorder(trials, results, () -> {}, 1, Duration.ZERO)) {
      second.started(Trials.running("left", 0, 0.5, 100));
      second.ended(ended("left", 0), answers("left", 0));
      second.started(Trials.running("left", 1, 0.5, 100));
    }
    assertThat(trials.ofStudy("left"))
        .extracting(TrialRecord::state)
        .containsExactly(TrialState.COMPLETE, TrialState.RUNNING);
  }

  @Test
  void refusesToRecordNothing() {
    assertThatThrownBy(() -> new TrialRecorder(trials, results, () -> {}, 0, Duration.ZERO))
        .hasMessage("at least one trial is unrecorded while it is written, was 0");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
