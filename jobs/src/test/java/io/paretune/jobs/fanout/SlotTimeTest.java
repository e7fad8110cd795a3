package io.paretune.jobs.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SlotTimeTest {
  @Test
  void slotsCountForAsLongAsTheyWereThere() {
    AtomicInteger slots = new AtomicInteger();
    AtomicLong nanos = new AtomicLong(5_000_000_000L);
    SlotTime time = new SlotTime(slots::get, nanos::get);
    nanos.addAndGet(1_000_000_000L); // no executor yet
    slots.set(4);
    time.look();
    nanos.addAndGet(2_000_000_000L);
    assertThat(time.seconds()).isEqualTo(8);
    slots.set(1); // an executor died
    time.look();
    nanos.addAndGet(500_000_000L);

    assertThat(time.seconds()).isEqualTo(8.5);
    assertThat(time.seconds()).as("asked twice").isEqualTo(8.5);
  }
}
