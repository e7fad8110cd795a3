package io.paretune.jobs.judge;

import java.time.Duration;

/**
 * A token bucket that holds one token: so many requests a minute, evenly apart. Every attempt takes
 * one, the first as well as repeated ones. Many threads wait at once.
 */
final class RequestPace {
  private final long intervalNanos;
  private final Ticker ticker;
  private long freeAt;

  RequestPace(int requestsPerMinute, Ticker ticker) {
    if (requestsPerMinute < 1) {
      throw new IllegalArgumentException("a request a minute at least, were " + requestsPerMinute);
    }
    this.intervalNanos = Duration.ofMinutes(1).toNanos() / requestsPerMinute;
    this.ticker = ticker;
    this.freeAt = ticker.nanos();
  }

  /** Waits for a token and takes it. */
  void take() throws InterruptedException {
    for (long wait = takeOrWait(); wait > 0; wait = takeOrWait()) {
      ticker.sleep(Duration.ofNanos(wait));
    }
  }

  private synchronized long takeOrWait() {
    long now = ticker.nanos();
    long wait = freeAt - now;
    if (wait > 0) {
      return wait;
    }
    freeAt = now + intervalNanos;
    return 0;
  }

  /** Gives nobody a token for a while: the endpoint asked for it. */
  synchronized void hold(Duration time) {
    long until = ticker.nanos() + time.toNanos();
    if (until - freeAt > 0) {
      freeAt = until;
    }
  }
}
