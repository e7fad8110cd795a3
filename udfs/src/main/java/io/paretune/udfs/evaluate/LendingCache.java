package io.paretune.udfs.evaluate;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Values that are built once per key, shared by all who borrow them, and kept after use until their
 * bytes are wanted for others. A value that is lent is never closed or overwritten. Borrowers of
 * the same values build them side by side: each takes the next one that nobody has begun.
 *
 * <p>A borrower takes all its keys at once, and waits while others hold what it needs the room of;
 * since nobody waits while holding, nobody waits for ever.
 *
 * @param <K> key; compared to keep builds in one order
 * @param <V> value; closed when it is put out
 */
final class LendingCache<K extends Comparable<K>, V extends AutoCloseable>
    implements AutoCloseable {
  /** How often one that waits asks whether it is still wanted. */
  private static final long POLL_MILLIS = 50;

  private final Room room;
  private final ToLongFunction<K> bytesOf;
  private final Map<K, Entry<V>> entries = new LinkedHashMap<>();
  private long usedBytes;
  private long clock;
  private int loans;

  private static final class Entry<V> {
    final CompletableFuture<V> value = new CompletableFuture<>();
    final AtomicBoolean begun = new AtomicBoolean();
    final long bytes;
    int borrowers;
    long lastUse;

    Entry(long bytes) {
      this.bytes = bytes;
    }

    boolean isThere() {
      return value.isDone() && !value.isCompletedExceptionally();
    }

    /** Waits for it; whether it could be built. */
    boolean isBuilt(BooleanSupplier cancelled) throws InterruptedException {
      CompletableFuture<Boolean> built = value.handle((v, failure) -> failure == null);
      while (true) {
        CancelledException.throwIf(cancelled);
        try {
          return built.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          // asked again
        } catch (ExecutionException e) {
          throw new IllegalStateException(e); // handled above
        }
      }
    }
  }

  /**
   * What all values together may take.
   *
   * @param of what they are, for messages: "pruned layers"
   * @param bytes at most
   * @param remedy what to do where one borrower needs more
   */
  record Room(String of, long bytes, String remedy) {}

  /**
   * @param bytesOf bytes of a key's value, known before it is built
   */
  LendingCache(Room room, ToLongFunction<K> bytesOf) {
    this.room = room;
    this.bytesOf = bytesOf;
  }

  /** What was borrowed, until closed. */
  final class Loan implements AutoCloseable {
    private final Map<K, Entry<V>> entries;
    private final List<K> built;
    private boolean returned;

    private Loan(Map<K, Entry<V>> entries, List<K> built) {
      this.entries = entries;
      this.built = built;
    }

    /** The keys whose values were not there and that this borrower built. */
    List<K> built() {
      return built;
    }

    V value(K key) {
      Entry<V> entry = entries.get(key);
      if (entry == null) {
        throw new IllegalArgumentException("not borrowed: " + key);
      }
      return entry.value.join();
    }

    @Override
    public void close() {
      synchronized (LendingCache.this) {
        if (!returned) {
          returned = true;
          giveBack(entries);
        }
      }
    }
  }

  /**
   * Lends the values of these keys, building those that are not there. A build of another borrower
   * that fails is that borrower's failure: here the value is built anew.
   *
   * @param build called once a key, outside any lock, by whichever borrower comes first
   * @param cancelled asked before each build and while waiting for others
   * @throws CancelledException if it became true; what was built until then is kept
   * @throws IllegalStateException if these keys alone need more than the room
   * @throws InterruptedException if interrupted while waiting
   */
  Loan borrow(Collection<K> keys, Function<K, V> build, BooleanSupplier cancelled)
      throws InterruptedException {
    Set<K> wanted = new TreeSet<>(keys);
    Set<K> built = new TreeSet<>();
    while (true) {
      Map<K, Entry<V>> reserved = reserve(wanted, cancelled);
      boolean complete = false;
      try {
        for (Map.Entry<K, Entry<V>> e : reserved.entrySet()) {
          CancelledException.throwIf(cancelled);
          if (e.getValue().begun.compareAndSet(false, true)) {
            build(e.getKey(), e.getValue(), build);
            built.add(e.getKey());
          }
        }
        complete = areBuilt(reserved.values(), cancelled);
        if (complete) {
          return new Loan(reserved, List.copyOf(built));
        }
      } finally {
        if (!complete) {
          giveBack(reserved);
        }
      }
    }
  }

  private static <V> boolean areBuilt(Collection<Entry<V>> entries, BooleanSupplier cancelled)
      throws InterruptedException {
    for (Entry<V> entry : entries) {
      if (!entry.isBuilt(cancelled)) {
        return false;
      }
    }
    return true;
  }

  private synchronized Map<K, Entry<V>> reserve(Set<K> wanted, BooleanSupplier cancelled)
      throws InterruptedException {
    long all = wanted.stream().mapToLong(bytesOf).sum();
    if (all > room.bytes()) {
      throw new IllegalStateException(
          "one candidate needs %,d bytes of %s and the budget is %,d: %s"
              .formatted(all, room.of(), room.bytes(), room.remedy()));
    }
    while (!makeRoom(wanted)) {
      CancelledException.throwIf(cancelled);
      wait(POLL_MILLIS);
    }
    Map<K, Entry<V>> reserved = new LinkedHashMap<>();
    for (K key : wanted) {
      Entry<V> entry = entries.get(key);
      if (entry != null && entry.value.isCompletedExceptionally()) {
        remove(key); // whoever still waits for it has it in hand
        entry = null;
      }
      if (entry == null) {
        entry = new Entry<>(bytesOf.applyAsLong(key));
        entries.put(key, entry);
        usedBytes += entry.bytes;
      }
      entry.borrowers++;
      entry.lastUse = ++clock;
      reserved.put(key, entry);
    }
    loans++;
    return reserved;
  }

  /** Puts out what nobody borrows, least recently used first, until the missing values fit. */
  private boolean makeRoom(Set<K> wanted) {
    long needed = wanted.stream().filter(k -> !entries.containsKey(k)).mapToLong(bytesOf).sum();
    while (usedBytes + needed > room.bytes()) {
      Optional<K> idle =
          entries.entrySet().stream()
              .filter(e -> e.getValue().borrowers == 0 && !wanted.contains(e.getKey()))
              .min(Comparator.comparingLong(e -> e.getValue().lastUse))
              .map(Map.Entry::getKey);
      if (idle.isEmpty()) {
        return false;
      }
      remove(idle.get());
    }
    return true;
  }

  private void build(K key, Entry<V> entry, Function<K, V> build) {
    try {
      entry.value.complete(build.apply(key));
    } catch (RuntimeException | Error e) {
      entry.value.completeExceptionally(e);
      throw e;
    }
  }

  private synchronized void giveBack(Map<K, Entry<V>> reserved) {
    reserved.values().forEach(entry -> entry.borrowers--);
    loans--;
    dropFailed();
    notifyAll();
  }

  /** What nobody borrows and was not built, or could not be. */
  private void dropFailed() {
    List<K> failed =
        entries.entrySet().stream()
            .filter(e -> e.getValue().borrowers == 0 && !e.getValue().isThere())
            .map(Map.Entry::getKey)
            .toList();
    failed.forEach(this::remove);
  }

  private void remove(K key) {
    Entry<V> entry = entries.remove(key);
    if (entry == null) {
      return;
    }
    usedBytes -= entry.bytes;
    if (entry.isThere()) {
      close(entry.value.join());
    }
  }

  private static void close(AutoCloseable value) {
    try {
      value.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Bytes of everything kept, lent or not. */
  synchronized long usedBytes() {
    return usedBytes;
  }

  /**
   * Closes every value.
   *
   * @throws IllegalStateException if something is still lent
   */
  @Override
  public synchronized void close() {
    if (loans > 0) {
      throw new IllegalStateException(loans + " candidates still run on this model");
    }
    List.copyOf(entries.keySet()).forEach(this::remove);
  }
}
