package io.paretune.jobs.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestPaceTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void tokensComeEvenlyApart() throws InterruptedException {
    FakeTime time = new FakeTime();
    RequestPace pace = new RequestPace(60, time);
    long start = time.nanos();
    for (int i = 0; i < 5; i++) {
      pace.take();
      assertThat(time.nanos() - start).isEqualTo(i * SECOND);
    }
    time.sleep(Duration.ofSeconds(90));
    pace.take();
    long later = time.nanos();
    pace.take();
    assertThat(time.nanos() - later).as("what was not used is not saved up").isEqualTo(SECOND);
  }

  @Test
  void aHoldKeepsEveryoneWaiting() throws InterruptedException {
    FakeTime time = new FakeTime();
    RequestPace pace = new RequestPace(60, time);
    long start = time.nanos();
    pace.hold(Duration.ofSeconds(10));
    pace.hold(Duration.ofSeconds(5));
    pace.take();
    assertThat(time.nanos() - start).isEqualTo(10 * SECOND);
  }

  @Test
  void manyThreadsTogetherKeepThePace() throws InterruptedException {
    long start = System.nanoTime();
    RequestPace pace = new RequestPace(3000, Ticker.system()); // 20 ms apart
    List<Long> taken = Collections.synchronizedList(new ArrayList<>());
    ExecutorService threads = Executors.newFixedThreadPool(8);
    Callable<Boolean> take =
        () -> {
          pace.take();
          return taken.add(System.nanoTime());
        };
    threads.invokeAll(Collections.nCopies(25, take));
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(taken).hasSize(25);
    assertThat(Collections.max(taken) - start).isGreaterThanOrEqualTo(24 * 20_000_000L);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> new RequestPace(0, new FakeTime()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a request a minute at least, were 0");
  }
}
