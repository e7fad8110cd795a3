package io.paretune.jobs.fanout;

import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes what happens to trials, on one thread beside the search: commits to a Delta table take
 * longer than small trials do, so everything that has come in while one was under way, finished
 * rungs and changes of state, goes into the next. A trial's row is written before its answers: so
 * no answer is ever there under a number that another profile could still get. An ended trial whose
 * answers a kill cut off is run on when the study goes on ({@link ShardResultsTable#questionsOf}).
 */
public final class TrialRecorder implements AutoCloseable {
  private record Entry(
      @Nullable TrialRecord trial, List<ShardResultRecord> answers, boolean last) {}

  private final TrialsTable trials;
  private final ShardResultsTable shardResults;
  private final Runnable mayWrite;
  private final String name = UUID.randomUUID().toString();
  private long version;
  private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final Thread writer = new Thread(this::write, "trial-recorder");
  private volatile @Nullable Throwable failure;

  /**
   * Starts to wait for rows.
   *
   * @param mayWrite called before each write; throws if this process may not write any more
   */
  public TrialRecorder(TrialsTable trials, ShardResultsTable shardResults, Runnable mayWrite) {
    this.trials = trials;
    this.shardResults = shardResults;
    this.mayWrite = mayWrite;
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Has the row of a trial written that starts.
   *
   * @throws IllegalStateException if an earlier write failed: the search cannot go on unrecorded
   */
  void started(TrialRecord trial) {
    add(new Entry(trial, List.of(), false));
  }

  /** Has the answers of a finished rung written. */
  void answered(List<ShardResultRecord> rung) {
    if (!rung.isEmpty()) {
      add(new Entry(null, rung, false));
    }
  }

  /** Has the row of a trial that ended written, and the answers of its last rung. */
  void ended(TrialRecord trial, List<ShardResultRecord> lastRung) {
    add(new Entry(trial, lastRung, false));
  }

  private void add(Entry entry) {
    throwFailure();
    queue.add(entry);
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
        List<ShardResultRecord> answers = new ArrayList<>();
        for (Entry e : taken) {
          if (e.trial() != null) {
            newest.put(e.trial().trialId(), e.trial());
          }
          answers.addAll(e.answers());
          last |= e.last();
        }
        mayWrite.run();
        trials.upsert(List.copyOf(newest.values()));
        shardResults.append(name, version++, answers);
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
      throw new IllegalStateException(
          "the trials cannot be recorded: " + Failure.said(cause), cause);
    }
  }

  /** Writes what is still to be written. */
  @Override
  public void close() {
    queue.add(new Entry(null, List.of(), true));
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throwFailure();
  }
}
