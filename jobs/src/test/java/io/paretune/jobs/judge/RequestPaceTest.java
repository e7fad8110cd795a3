package io.paretune.jobs.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
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
  void aRefusalHalvesThePaceAndAnswersBringItBack() throws InterruptedException {
    FakeTime time = new FakeTime();
    RequestPace pace = new RequestPace(60, time);
    pace.refused(pace.take());
    long before = time.nanos();
    pace.take();
    long first = time.nanos();
    pace.take();
    assertThat(first - before).isEqualTo(2 * SECOND);
    assertThat(time.nanos() - first).isEqualTo(2 * SECOND);
    for (int i = 0; i < 40; i++) {
      pace.answered();
    }
    pace.take();
    long last = time.nanos();
    pace.take();
    assertThat(time.nanos() - last).as("and no further").isEqualTo(SECOND);
  }

  @Test
  void aBurstUnderWayCountsOnceHoweverLateItIsRefused() throws InterruptedException {
    FakeTime time = new FakeTime();
    RequestPace pace = new RequestPace(60, time);
    List<RequestPace.Token> burst = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      burst.add(pace.take());
    }
    for (RequestPace.Token token : burst) {
      pace.refused(token);
      time.sleep(Duration.ofSeconds(10)); // the endpoint takes its time to refuse them
    }
    pace.take();
    RequestPace.Token second = pace.take();
    RequestPace.Token third = pace.take();
    assertThat(third.takenAt() - second.takenAt()).as("half the pace").isEqualTo(2 * SECOND);

    pace.refused(third);
    RequestPace.Token fourth = pace.take();
    assertThat(pace.take().takenAt() - fourth.takenAt())
        .as("a request at the new pace counts")
        .isEqualTo(4 * SECOND);
  }

  @Test
  void twoDriversShareAnEndpointsLimit() throws InterruptedException {
    int limit = 60;
    List<FakeTime> times = List.of(new FakeTime(), new FakeTime());
    long start = times.get(0).nanos();
    List<RequestPace> paces = times.stream().map(time -> new RequestPace(limit, time)).toList();
    Deque<Long> granted = new ArrayDeque<>();
    int[] late = new int[2];
    int lateRefusals = 0;
    long end = start + Duration.ofMinutes(60).toNanos();
    while (times.get(0).nanos() - end < 0 || times.get(1).nanos() - end < 0) {
      int driver = times.get(0).nanos() - times.get(1).nanos() <= 0 ? 0 : 1;
      RequestPace.Token token = paces.get(driver).take();
      long now = times.get(driver).nanos();
      while (!granted.isEmpty() && now - granted.getFirst() >= Duration.ofMinutes(1).toNanos()) {
        granted.remove();
      }
      boolean settled = now - start > Duration.ofMinutes(30).toNanos();
      if (granted.size() < limit) {
        granted.add(now);
        paces.get(driver).answered();
        late[driver] += settled ? 1 : 0;
      } else {
        paces.get(driver).refused(token);
        lateRefusals += settled ? 1 : 0;
      }
    }
    int answered = late[0] + late[1];
    assertThat(answered).as("most of the limit is used").isGreaterThan(30 * limit * 7 / 10);
    assertThat(lateRefusals).as("few are refused").isLessThan(answered / 10);
    assertThat(Math.min(late[0], late[1])).as("both get their part").isGreaterThan(answered / 3);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> new RequestPace(0, new FakeTime()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a request a minute at least, were 0");
  }
}
