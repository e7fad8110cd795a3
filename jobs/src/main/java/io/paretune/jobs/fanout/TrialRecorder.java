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
 * next. A trial's row is written before its answers: so no answer is ever there under a number that
 * another profile could still get. A complete trial whose answers a kill cut off is run again when
 * the study goes on ({@link ShardResultsTable#trialsOf}).
 */
final class TrialRecorder implements AutoCloseable {
  private record Entry(
      @Nullable TrialRecord trial, List<ShardResultRecord> answers, boolean last) {}

  private static final Entry END = new Entry(null, List.of(), true);

  private final TrialsTable trials;
  private final ShardResultsTable shardResults;
  private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final Thread writer = new Thread(this::write, "trial-recorder");
  private volatile @Nullable Throwable failure;

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
          if (e.trial() != null) {
            newest.put(e.trial().trialId(), e.trial());
          }
          last |= e.last();
        }
        trials.upsert(List.copyOf(newest.values()));
        for (Entry e : taken) {
          shardResults.append(e.answers());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (
        Throwable e) { // Scala throws checked exceptions undeclared; any of them ends the search
      failure = e;
    }
  }

  private void throwFailure() {
    Throwable cause = failure;
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
