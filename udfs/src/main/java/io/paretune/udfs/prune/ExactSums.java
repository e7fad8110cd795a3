package io.paretune.udfs.prune;

import java.util.Arrays;

/**
 * Sums of non-negative numbers, one per channel, in 128-bit fixed point with 60 fractional bits.
 * Adding doubles depends on the order; adding integers does not, so sums over shards are the same
 * bits for any sharding. A number is rounded to 2⁻⁶⁰ once, when it comes in.
 */
final class ExactSums {
  /** Numbers from here on are refused: the sum of a few would leave 128 bits. */
  static final double LIMIT = 0x1p66;

  private static final double HIGH_UNIT = 0x1p4; // 2⁶⁴ units of 2⁻⁶⁰

  private final long[] high;
  private final long[] low; // unsigned

  ExactSums(int channels) {
    this(new long[channels], new long[channels]);
  }

  ExactSums(long[] high, long[] low) {
    this.high = high;
    this.low = low;
  }

  int channels() {
    return high.length;
  }

  long high(int channel) {
    return high[channel];
  }

  long low(int channel) {
    return low[channel];
  }

  /** Whether {@link #add(int, double)} takes that number. */
  static boolean accepts(double value) {
    return value >= 0 && value < LIMIT;
  }

  void add(int channel, double value) {
    double units = Math.floor(value / HIGH_UNIT);
    double rest = (value - units * HIGH_UNIT) * 0x1p60; // exact; in [0, 2^64)
    add(channel, (long) units, toUnsigned(Math.rint(rest)));
  }

  void add(ExactSums other) {
    for (int c = 0; c < high.length; c++) {
      add(c, other.high[c], other.low[c]);
    }
  }

  private void add(int channel, long addHigh, long addLow) {
    long sum = low[channel] + addLow;
    long carry = Long.compareUnsigned(sum, addLow) < 0 ? 1 : 0;
    low[channel] = sum;
    high[channel] = Math.addExact(high[channel], Math.addExact(addHigh, carry));
  }

  /** The sum as a double, within an ulp. */
  double value(int channel) {
    long l = low[channel];
    return Math.fma((double) high[channel], HIGH_UNIT, ((l >>> 1) * 2.0 + (l & 1)) * 0x1p-60);
  }

  ExactSums copy() {
    return new ExactSums(high.clone(), low.clone());
  }

  private static long toUnsigned(double whole) {
    return whole < 0x1p63 ? (long) whole : (long) (whole - 0x1p63) ^ Long.MIN_VALUE;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ExactSums that
        && Arrays.equals(high, that.high)
        && Arrays.equals(low, that.low);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(high) + Arrays.hashCode(low);
  }
}
