package io.paretune.jobs.judge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only when somebody sleeps. */
final class FakeTime implements Ticker {
  private long now = Long.MAX_VALUE - 1000; // nanoTime may overflow: so does this
  private final List<Duration> sleeps = new ArrayList<>();

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized void sleep(Duration time) {
    now += time.toNanos();
    sleeps.add(time);
  }

  /** Every pause that was not zero. */
  synchronized List<Duration> sleeps() {
    return sleeps.stream().filter(s -> !s.isZero()).toList();
  }
}
