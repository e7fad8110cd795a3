package io.paretune.jobs.fanout;

import io.paretune.jobs.search.TrialState;
import io.paretune.jobs.tables.ShardResultRecord;
import io.paretune.jobs.tables.ShardResultsTable;
import io.paretune.jobs.tables.TrialRecord;
import io.paretune.jobs.tables.TrialsTable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes what happens to trials, on one thread beside the search: commits to a Delta table take
 * longer than small trials do, so everything that has come in while one was under way, finished
 * rungs and changes of state, goes into the next. Between two it rests a multiple of the time that
 * the last one took, so that small trials on few cores are not slowed down by their records. It
 * never falls far behind: a trial that ends waits while as many as are run at once are not recorded
 * yet although one of them ended a while ago, and while one waits there is no rest.
 *
 * <p>A trial's first row is written before its answers, so that no answer is ever there under a
 * number that another profile could still get; its last row after them, so that whoever reads an
 * ended trial finds all its answers.
 */
public final class TrialRecorder implements AutoCloseable {
  private record Entry(
      @Nullable TrialRecord trial, List<ShardResultRecord> answers, boolean last) {}

  /** Of the time that it takes to write, so much goes by before the next, but no long while. */
  private static final int REST = 3;

  /** Work of so many times the time that its record took is recorded without a rest before it. */
  private static final int DEAR = 30;

  private final TrialsTable trials;
  private final ShardResultsTable shardResults;
  private final Runnable mayWrite;
  private final int mostUnrecorded;
  private final long patienceNanos;
  private final String name = UUID.randomUUID().toString();
  private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final Thread writer = new Thread(this::write, "trial-recorder");
  private final Map<String, Set<Long>> numbers = new HashMap<>(); // of trials with a row, by study
  private long version;
  private final Deque<Long> unrecorded = new ArrayDeque<>(); // when they ended, oldest first
  private int waiting; // trials that wait for others' rows
  private boolean closing;
  private @Nullable Throwable failure;

  /**
   * Starts to wait for rows.
   *
   * @param mayWrite called before each write; throws if this process may not write any more
   * @param mostUnrecorded ended trials that a kill may lose, however long they took; at least 1
   * @param patience a kill may also lose all that ended within this time
   */
  public TrialRecorder(
      TrialsTable trials,
      ShardResultsTable shardResults,
      Runnable mayWrite,
      int mostUnrecorded,
      Duration patience) {
    if (mostUnrecorded < 1) {
      throw new IllegalArgumentException(
          "at least one trial is unrecorded while it is written, was " + mostUnrecorded);
    }
    this.trials = trials;
    this.shardResults = shardResults;
    this.mayWrite = mayWrite;
    this.mostUnrecorded = mostUnrecorded;
    this.patienceNanos = patience.toNanos();
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

  /**
   * Has the row of a trial that ended written, and the answers of its last rung. Waits first while
   * too many ended trials are unrecorded for too long.
   */
  void ended(TrialRecord trial, List<ShardResultRecord> lastRung) {
    synchronized (this) {
      waiting++;
      notifyAll();
      try {
        while (failure == null && isBehind()) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(
            "interrupted while trial " + trial.trialId() + " waited to be recorded", e);
      } finally {
        waiting--;
      }
      unrecorded.add(System.nanoTime());
    }
    add(new Entry(trial, lastRung, false));
  }

  private boolean isBehind() {
    return unrecorded.size() >= mostUnrecorded
        && System.nanoTime() - unrecorded.element() >= patienceNanos;
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
        long started = System.nanoTime();
        commit(taken);
        last = taken.stream().anyMatch(Entry::last);
        if (!last) {
          rest(rest(taken, System.nanoTime() - started));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (
        Throwable e) { // Scala throws checked exceptions undeclared; any of them ends the search
      synchronized (this) {
        failure = e;
        notifyAll();
      }
    }
  }

  /** None where answers take so long that their records are nothing beside them. */
  private long rest(List<Entry> written, long nanos) {
    double work = 0;
    for (Entry e : written) {
      work += e.answers().stream().mapToDouble(ShardResultRecord::seconds).sum();
    }
    return work * 1e9 >= DEAR * (double) nanos ? 0 : Math.min(REST * nanos, patienceNanos);
  }

  private synchronized void rest(long nanos) throws InterruptedException {
    long until = System.nanoTime() + nanos;
    for (long left = nanos;
        waiting == 0 && !closing && left > 0;
        left = until - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private void commit(List<Entry> taken) {
    Map<Long, TrialRecord> started = new LinkedHashMap<>();
    Map<Long, TrialRecord> newest = new LinkedHashMap<>();
    List<ShardResultRecord> answers = new ArrayList<>();
    Set<Long> answering = new HashSet<>();
    int ended = 0;
    for (Entry e : taken) {
      TrialRecord trial = e.trial();
      if (trial != null) {
        newest.put(trial.trialId(), trial);
        if (trial.state() == TrialState.RUNNING) {
          started.put(trial.trialId(), trial);
        } else {
          ended++;
        }
      }
      answers.addAll(e.answers());
      e.answers().forEach(a -> answering.add(a.trialId()));
    }
    started.keySet().retainAll(answering);
    put(List.copyOf(started.values()));
    mayWrite.run();
    shardResults.append(name, version++, answers);
    newest.values().removeAll(started.values());
    put(List.copyOf(newest.values()));
    synchronized (this) {
      for (int i = 0; i < ended; i++) {
        unrecorded.remove();
      }
      notifyAll();
    }
  }

  /** Where none of the trials has a row yet they are appended, for half of what a merge costs. */
  private void put(List<TrialRecord> changed) {
    if (changed.isEmpty()) {
      return;
    }
    mayWrite.run();
    Set<Long> there = numbers.computeIfAbsent(changed.get(0).study(), trials::numbersOf);
    if (changed.stream().noneMatch(t -> there.contains(t.trialId()))) {
      trials.append(name, version++, changed);
    } else {
      trials.upsert(changed);
    }
    changed.forEach(t -> there.add(t.trialId()));
  }

  private synchronized void throwFailure() {
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
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throwFailure();
  }
}
