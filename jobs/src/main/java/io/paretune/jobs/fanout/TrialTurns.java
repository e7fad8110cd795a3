package io.paretune.jobs.fanout;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * When trials run: beside one another, and the second try of one that had too little memory or that
 * Spark gave up, alone, so that nobody else can be to blame. Safe for use by many threads.
 */
public final class TrialTurns {
  /** Long enough that a cancelled trial's last batch and a machine's hiccup are over. */
  private static final Duration USUAL_PAUSE = Duration.ofSeconds(5);

  private final ReentrantReadWriteLock turns =
      new ReentrantReadWriteLock(true); // fair: who waits to be alone is not passed for ever
  private final int atOnce;
  private final Duration pause;

  /**
   * Turns with a pause before second tries.
   *
   * @param atOnce trials beside one another, at least 1
   */
  public TrialTurns(int atOnce, Duration pause) {
    if (atOnce < 1 || pause.isNegative()) {
      throw new IllegalArgumentException(
          "at least one trial runs at once and a pause is not negative, were %d and %s"
              .formatted(atOnce, pause));
    }
    this.atOnce = atOnce;
    this.pause = pause;
  }

  /** Turns with the usual pause before second tries. */
  public static TrialTurns of(int atOnce) {
    return new TrialTurns(atOnce, USUAL_PAUSE);
  }

  int atOnce() {
    return atOnce;
  }

  /** One try of a trial. */
  @FunctionalInterface
  interface Try<T> {
    T run() throws InterruptedException;
  }

  /** Runs a trial while no other has its second try. */
  <T> T beside(Try<T> trial) throws InterruptedException {
    return holding(turns.readLock(), trial);
  }

  /** Runs a trial's second try, after a pause and when no other trial is under way. */
  <T> T alone(Try<T> trial) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    return holding(turns.writeLock(), trial);
  }

  private static <T> T holding(Lock lock, Try<T> trial) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      return trial.run();
    } finally {
      lock.unlock();
    }
  }
}
