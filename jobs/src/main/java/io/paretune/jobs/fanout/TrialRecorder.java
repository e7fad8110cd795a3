package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes what happens to trials, on one thread beside the search: commits to a Delta table take
 * longer than small trials do, so everything that has come in while one was under way goes into the
 * next. Answers are written before the row that says their trial is complete, so that a complete
 * trial has them whenever the program is killed.
 */
final class TrialRecorder implements AutoCloseable {
  private record Entry(
      @Nullable TrialRecord trial, List<ShardResultRecord> answers, boolean last) {}

  private static final Entry END = new Entry(null, List.of(), true);

  private final TrialsTable trials;
  private final ShardResultsTable shardResults;
  private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final Thread writer = new Thread(this::write, "trial-recorder");
  private volatile @Nullable RuntimeException failure;

  TrialRecorder(TrialsTable trials, ShardResultsTable shardResults) {
    this.trials = trials;
    this.shardResults = shardResults;
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Has a trial's row written, and its answers before it.
   *
   * @throws IllegalStateException if an earlier write failed: the search cannot go on unrecorded
   */
  void record(TrialRecord trial, List<ShardResultRecord> answers) {
    throwFailure();
    queue.add(new Entry(trial, answers, false));
  }

  private void write() {
    List<Entry> taken = new ArrayList<>();
    try {
      boolean last = false;
      while (!last) {
        taken.clear();
        taken.add(queue.take());
        queue.drainTo(taken);
        Map<Long, TrialRecord> newest = new LinkedHashMap<>();
        for (Entry e : taken) {
          shardResults.append(e.answers());
          if (e.trial() != null) {
            newest.put(e.trial().trialId(), e.trial());
          }
          last |= e.last();
        }
        trials.upsert(List.copyOf(newest.values()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void throwFailure() {
    RuntimeException cause = failure;
    if (cause != null) {
      throw new IllegalStateException("the trials cannot be recorded", cause);
    }
  }

  /** Writes what is still to be written. */
  @Override
  public void close() {
    queue.add(END);
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throwFailure();
  }
}
