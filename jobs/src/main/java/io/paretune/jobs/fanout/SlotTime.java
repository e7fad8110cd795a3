package io.paretune.jobs.fanout;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The time that slots were there, summed over them: executors come and go while a search runs. Safe
 * for use by many threads.
 */
final class SlotTime {
  private final IntSupplier slots;
  private final LongSupplier nanos;
  private int last;
  private long since;
  private double slotNanos;

  /**
   * From now on.
   *
   * @param slots how many there are
   * @param nanos the clock
   */
  SlotTime(IntSupplier slots, LongSupplier nanos) {
    this.slots = slots;
    this.nanos = nanos;
    this.last = slots.getAsInt();
    this.since = nanos.getAsLong();
  }

  /** Looks how many there are; to be called when that changed. */
  synchronized void look() {
    long now = nanos.getAsLong();
    slotNanos += (double) last * (now - since);
    since = now;
    last = slots.getAsInt();
  }

  /** Up to now, in seconds. */
  synchronized double seconds() {
    look();
    return slotNanos / 1e9;
  }
}
