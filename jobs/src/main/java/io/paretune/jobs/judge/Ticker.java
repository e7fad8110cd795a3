package io.paretune.jobs.judge;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Time as waiting needs it; a test has one of its own. */
interface Ticker {
  /** Nanoseconds since some moment, as {@link System#nanoTime}. */
  long nanos();

  void sleep(Duration time) throws InterruptedException;

  /** The machine's time. */
  static Ticker system() {
    return new Ticker() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void sleep(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
      }
    };
  }
}
