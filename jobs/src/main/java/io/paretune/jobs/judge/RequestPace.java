package io.paretune.jobs.judge;

import java.time.Duration;

/**
 * A token bucket that holds one token: so many requests a minute at most, evenly apart. Every
 * attempt takes one, the first as well as repeated ones. Many threads wait at once.
 *
 * <p>An endpoint's limit may be lower than what is configured, or shared with others who do not
 * know of this pace. Therefore it halves when the endpoint refuses a request for its rate, and
 * grows again with those that it answers (as TCP's window does; Chiu and Jain, Computer Networks
 * 17, 1989).
 */
final class RequestPace {
  private static final long LONGEST = Duration.ofMinutes(1).toNanos();

  /** Answered requests after which the pace has grown from nothing to what is configured. */
  private static final int GROWTH = 40;

  private final long shortest;
  private final Ticker ticker;
  private long intervalNanos;
  private long freeAt;
  private long slowedAt;

  RequestPace(int requestsPerMinute, Ticker ticker) {
    if (requestsPerMinute < 1) {
      throw new IllegalArgumentException("a request a minute at least, were " + requestsPerMinute);
    }
    this.shortest = Duration.ofMinutes(1).toNanos() / requestsPerMinute;
    this.ticker = ticker;
    this.intervalNanos = shortest;
    this.freeAt = ticker.nanos();
    this.slowedAt = freeAt - 1;
  }

  /**
   * Leave for one request.
   *
   * @param takenAt when it was taken, in the ticker's nanoseconds
   */
  record Token(long takenAt) {}

  /** Waits for a token and takes it. */
  Token take() throws InterruptedException {
    while (true) {
      long now = ticker.nanos();
      long wait = takeOrWait(now);
      if (wait <= 0) {
        return new Token(now);
      }
      ticker.sleep(Duration.ofNanos(wait));
    }
  }

  private synchronized long takeOrWait(long now) {
    long wait = freeAt - now;
    if (wait <= 0) {
      freeAt = now + intervalNanos;
    }
    return wait;
  }

  /** Gives nobody a token for a while: the endpoint asked for it. */
  synchronized void hold(Duration time) {
    long until = ticker.nanos() + time.toNanos();
    if (until - freeAt > 0) {
      freeAt = until;
    }
  }

  /**
   * A request was refused for its rate. One that left before the pace was slowed last, however late
   * its refusal comes, says nothing about the new pace: a burst under way counts once.
   *
   * @param token that the request had
   */
  synchronized void refused(Token token) {
    if (token.takenAt() - slowedAt > 0) {
      intervalNanos = Math.min(LONGEST, 2 * intervalNanos);
      slowedAt = ticker.nanos();
      hold(Duration.ofNanos(intervalNanos));
    }
  }

  /** A request was answered. */
  synchronized void answered() {
    // Requests a minute grow by a fixed amount, so that those who share a limit come to equal
    // parts.
    double rate = 1.0 / intervalNanos + 1.0 / (GROWTH * (double) shortest);
    intervalNanos = Math.max(shortest, (long) (1 / rate));
  }
}
