package io.paretune.udfs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LendingCacheTest {
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final LendingCache<String, Value> cache =
      new LendingCache<>(new LendingCache.Room("toys", 30, "buy a larger box"), key -> 10);

  private final class Value implements AutoCloseable {
    final String key;
    volatile boolean closed;

    Value(String key) {
      this.key = key;
      events.add("build " + key);
    }

    @Override
    public void close() {
      closed = true;
      events.add("close " + key);
    }
  }

  private LendingCache<String, Value>.Loan borrow(List<String> keys, Function<String, Value> build)
      throws InterruptedException {
    return cache.borrow(keys, build, () -> false);
  }

  @Test
  void buildsOnceAndKeepsWhatWasReturned() throws Exception {
    try (var first = borrow(List.of("a", "b"), Value::new);
        var second = borrow(List.of("b", "c"), Value::new)) {
      assertThat(first.value("b")).isSameAs(second.value("b"));
      assertThat(first.built()).containsExactly("a", "b");
      assertThat(second.built()).containsExactly("c");
    }
    borrow(List.of("c"), Value::new).close();
    assertThat(events).containsExactly("build a", "build b", "build c");
    assertThat(cache.usedBytes()).isEqualTo(30);
  }

  @Test
  void putsOutTheLeastRecentlyUsedThatNobodyBorrows() throws Exception {
    try (var held = borrow(List.of("a"), Value::new)) {
      borrow(List.of("b"), Value::new).close();
      borrow(List.of("c"), Value::new).close();
      borrow(List.of("d"), Value::new).close();
      assertThat(events).containsExactly("build a", "build b", "build c", "close b", "build d");
      assertThat(held.value("a").closed).isFalse();
    }
  }

  @Test
  void waitsForRoomInsteadOfExceedingTheBudget() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      var held = borrow(List.of("a", "b"), Value::new);
      Callable<Boolean> task =
          () -> {
            try (var other = borrow(List.of("c", "d"), Value::new)) {
              return other.value("c").closed;
            }
          };
      Future<Boolean> waiting = pool.submit(task);
      TimeUnit.MILLISECONDS.sleep(100);
      assertThat(waiting.isDone()).isFalse();
      held.close();
      assertThat(waiting.get(10, TimeUnit.SECONDS)).isFalse();
      assertThat(cache.usedBytes()).isLessThanOrEqualTo(30);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void whoIsCancelledEndsItsWaitAndLeavesTheRoomToOthers() throws Exception {
    AtomicBoolean cancelled = new AtomicBoolean();
    AtomicReference<Throwable> ended = new AtomicReference<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                cache.borrow(List.of("c", "d"), Value::new, cancelled::get).close();
              } catch (CancelledException | InterruptedException e) {
                ended.set(e);
              }
            });
    try (var held = borrow(List.of("a", "b"), Value::new)) {
      waiting.start();
      awaitWaiting(waiting);
      cancelled.set(true);
      waiting.join();
      assertThat(ended.get()).isInstanceOf(CancelledException.class);
      assertThat(held.value("a").closed).isFalse();
    }
    borrow(List.of("c", "d"), Value::new).close();
    cache.close();
  }

  @Test
  void whoIsCancelledDoesNotWaitForWhatAnotherBuilds() throws Exception {
    CountDownLatch mayBuild = new CountDownLatch(1);
    CountDownLatch building = new CountDownLatch(1);
    Thread builder =
        new Thread(
            () -> {
              try (var loan = borrow(List.of("a"), key -> built(building, mayBuild, key))) {
                events.add("lent " + loan.value("a").key);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    builder.start();
    building.await();

    assertThatThrownBy(
            () -> cache.borrow(List.of("a", "b"), Value::new, () -> events.contains("build b")))
        .isInstanceOf(CancelledException.class);

    mayBuild.countDown();
    builder.join();
    assertThat(events).containsExactly("build b", "build a", "lent a");
  }

  private Value built(CountDownLatch building, CountDownLatch mayBuild, String key) {
    building.countDown();
    try {
      mayBuild.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Value(key);
  }

  @Test
  void refusesACandidateThatNeverFits() {
    assertThatThrownBy(() -> borrow(List.of("a", "b", "c", "d"), Value::new))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("one candidate needs 40 bytes of toys and the budget is 30: buy a larger box");
    assertThat(cache.usedBytes()).isZero();
  }

  @Test
  void aFailedBuildLeavesNothingBehind() throws Exception {
    assertThatThrownBy(
            () ->
                borrow(
                    List.of("a", "b"),
                    key -> {
                      if (key.equals("b")) {
                        throw new IllegalStateException("no b");
                      }
                      return new Value(key);
                    }))
        .hasMessage("no b");
    assertThat(cache.usedBytes()).isEqualTo(10);
    try (var loan = borrow(List.of("a", "b"), Value::new)) {
      assertThat(loan.value("b").closed).isFalse();
    }
    assertThat(events).containsExactly("build a", "build b");
  }

  /** Until a thread waits for what another builds. */
  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aBuildThatFailsIsNotTheFailureOfThoseWhoWaitForIt() throws Exception {
    List<Value> got = Collections.synchronizedList(new ArrayList<>());
    Thread other =
        new Thread(
            () -> {
              try (var loan = borrow(List.of("a"), Value::new)) {
                got.add(loan.value("a"));
                assertThat(loan.built()).containsExactly("a");
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThatThrownBy(
            () ->
                borrow(
                    List.of("a"),
                    key -> {
                      other.start();
                      awaitWaiting(other);
                      throw new OutOfMemoryError("of mine");
                    }))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("of mine");
    other.join();

    assertThat(got).hasSize(1);
    assertThat(events).containsExactly("build a");
    assertThat(cache.usedBytes()).isEqualTo(10);
    cache.close();
  }

  @Test
  void whatFailedIsBuiltAnewThoughSomebodyStillHoldsIt() throws Exception {
    Thread waiting =
        new Thread(
            () -> {
              try (var loan = borrow(List.of("a", "b"), Value::new)) {
                events.add("lent " + loan.value("a").key + loan.value("b").key);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    borrow(
            List.of("a"),
            key -> {
              assertThatThrownBy(
                      () ->
                          borrow(
                              List.of("b"),
                              inner -> {
                                waiting.start(); // for a first, holding b
                                awaitWaiting(waiting);
                                throw new IllegalStateException("no b");
                              }))
                  .hasMessage("no b");
              try (var again = borrow(List.of("b"), Value::new)) {
                assertThat(again.built()).containsExactly("b");
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return new Value(key);
            })
        .close();
    waiting.join();

    assertThat(events).containsExactly("build b", "build a", "lent ab");
    assertThat(cache.usedBytes()).isEqualTo(20);
    cache.close();
  }

  @Test
  void borrowersOfTheSameValuesBuildThemSideBySide() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    CyclicBarrier both = new CyclicBarrier(2);
    try {
      Callable<List<String>> task =
          () -> {
            try (var loan = borrow(List.of("a", "b"), key -> built(both, key))) {
              assertThat(loan.value("a").key + loan.value("b").key).isEqualTo("ab");
              return loan.built();
            }
          };
      Future<List<String>> one = pool.submit(task);
      Future<List<String>> other = pool.submit(task);
      List<String> built = new ArrayList<>(one.get(10, TimeUnit.SECONDS));
      built.addAll(other.get(10, TimeUnit.SECONDS));
      assertThat(built).containsExactlyInAnyOrder("a", "b");
    } finally {
      pool.shutdownNow();
    }
  }

  /** Goes on when both are being built. */
  private Value built(CyclicBarrier both, String key) {
    try {
      both.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
    return new Value(key);
  }

  @Test
  void cannotBeClosedWhileLent() throws Exception {
    var loan = borrow(List.of("a"), Value::new);
    assertThatThrownBy(cache::close).hasMessage("1 candidates still run on this model");
    loan.close();
    loan.close(); // twice is once
    cache.close();
    assertThat(events).containsExactly("build a", "close a");
  }

  @Test
  void manyBorrowersNeverSeeAClosedValue() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    AtomicInteger closedSeen = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Random random = new Random(t);
      all.add(
          pool.submit(
              () -> {
                for (int i = 0; i < 300; i++) {
                  List<String> keys = List.of("k" + random.nextInt(6), "k" + random.nextInt(6));
                  try (var loan = borrow(keys, Value::new)) {
                    for (String key : keys) {
                      if (loan.value(key).closed || !loan.value(key).key.equals(key)) {
                        closedSeen.incrementAndGet();
                      }
                    }
                  }
                }
                return null;
              }));
    }
    for (Future<?> f : all) {
      f.get(20, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertThat(closedSeen).hasValue(0);
    assertThat(cache.usedBytes()).isLessThanOrEqualTo(30);
    cache.close();
    assertThat(events.stream().filter(e -> e.startsWith("build")).count())
        .isEqualTo(events.stream().filter(e -> e.startsWith("close")).count());
  }
}
