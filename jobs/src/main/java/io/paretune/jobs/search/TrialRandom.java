package io.paretune.jobs.search;

import java.util.SplittableRandom;

/** A random generator for each trial, so that what one draws never shifts what the next draws. */
final class TrialRandom {
  private TrialRandom() {}

  static SplittableRandom of(long seed, long trial) {
    // Two rounds of SplittableRandom's own mixing keep neighbouring seeds and trials apart.
    long mixed = new SplittableRandom(seed).nextLong() ^ (trial * 0x9E3779B97F4A7C15L);
    return new SplittableRandom(new SplittableRandom(mixed).nextLong());
  }
}
