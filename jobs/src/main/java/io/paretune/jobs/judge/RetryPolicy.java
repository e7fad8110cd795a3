package io.paretune.jobs.judge;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How often and when a failed request is repeated: after a random time up to a limit that doubles
 * ("full jitter"), so that requests that failed together do not come back together; never before
 * the endpoint says.
 *
 * @param attempts of a request, the first among them
 * @param first limit of the first wait
 * @param longest limit of any wait
 */
record RetryPolicy(int attempts, Duration first, Duration longest) {
  /** An endpoint that wants a longer pause than this is as good as gone. */
  static final Duration MOST_PATIENCE = Duration.ofMinutes(10);

  RetryPolicy {
    if (attempts < 1 || first.isNegative() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "at least one attempt and 0 <= first <= longest, were %d, %s and %s"
              .formatted(attempts, first, longest));
    }
  }

  /** A second, doubled up to a minute. */
  static RetryPolicy of(int attempts) {
    return new RetryPolicy(attempts, Duration.ofSeconds(1), Duration.ofMinutes(1));
  }

  /**
   * The pause before the next attempt.
   *
   * @param failed attempts that failed so far, at least 1
   * @param asked what the endpoint asked for
   */
  Duration pause(int failed, Optional<Duration> asked, RandomGenerator random) {
    int doublings = Math.min(failed - 1, 30);
    long limit = Math.min(longest.toMillis(), first.toMillis() << doublings);
    Duration own = Duration.ofMillis(random.nextLong(limit + 1));
    return asked.filter(a -> a.compareTo(own) > 0).orElse(own);
  }
}
