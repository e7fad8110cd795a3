package io.paretune.udfs.evaluate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Values that are built once per key, shared by all who borrow them, and kept after use until their
 * bytes are wanted for others. A value that is lent is never closed or overwritten.
 *
 * <p>A borrower takes all its keys at once, and waits while others hold what it needs the room of;
 * since nobody waits while holding, nobody waits for ever.
 *
 * @param <K> key; compared to keep builds in one order
 * @param <V> value; closed when it is put out
 */
final class LendingCache<K extends Comparable<K>, V extends AutoCloseable>
    implements AutoCloseable {
  private final long byteBudget;
  private final ToLongFunction<K> bytesOf;
  private final Map<K, Entry<V>> entries = new LinkedHashMap<>();
  private long usedBytes;
  private long clock;
  private int loans;

  private static final class Entry<V> {
    final CompletableFuture<V> value = new CompletableFuture<>();
    final long bytes;
    int borrowers;
    long lastUse;

    Entry(long bytes) {
      this.bytes = bytes;
    }
  }

  /**
   * @param byteBudget bytes that all values together may take
   * @param bytesOf bytes of a key's value, known before it is built
   */
  LendingCache(long byteBudget, ToLongFunction<K> bytesOf) {
    this.byteBudget = byteBudget;
    this.bytesOf = bytesOf;
  }

  /** What was borrowed, until closed. */
  final class Loan implements AutoCloseable {
    private final Map<K, V> values;
    private final List<K> built;
    private boolean returned;

    private Loan(Map<K, V> values, List<K> built) {
      this.values = values;
      this.built = built;
    }

    /** The keys whose values were not there. */
    List<K> built() {
      return built;
    }

    V value(K key) {
      V value = values.get(key);
      if (value == null) {
        throw new IllegalArgumentException("not borrowed: " + key);
      }
      return value;
    }

    @Override
    public void close() {
      synchronized (LendingCache.this) {
        if (!returned) {
          returned = true;
          giveBack(values.keySet());
        }
      }
    }
  }

  /**
   * Lends the values of these keys, building those that are not there.
   *
   * @param build called once a key, outside any lock
   * @throws IllegalStateException if these keys alone exceed the budget
   * @throws InterruptedException if interrupted while waiting for room
   */
  Loan borrow(Collection<K> keys, Function<K, V> build) throws InterruptedException {
    Set<K> wanted = new TreeSet<>(keys);
    List<K> missing = reserve(wanted);
    Map<K, V> values = new LinkedHashMap<>();
    try {
      for (K key : missing) {
        build(key, build);
      }
      for (K key : wanted) {
        values.put(key, entry(key).value.join());
      }
      return new Loan(values, missing);
    } catch (CompletionException e) {
      abandon(wanted, missing, e);
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } catch (RuntimeException | Error e) {
      abandon(wanted, missing, e);
      throw e;
    }
  }

  private synchronized List<K> reserve(Set<K> wanted) throws InterruptedException {
    long all = wanted.stream().mapToLong(bytesOf).sum();
    if (all > byteBudget) {
      throw new IllegalStateException(
          "one candidate needs %,d bytes of pruned layers and the budget is %,d: raise resident.pruned-layers"
              .formatted(all, byteBudget));
    }
    while (!makeRoom(wanted)) {
      wait();
    }
    List<K> missing = new ArrayList<>();
    for (K key : wanted) {
      Entry<V> entry = entries.get(key);
      if (entry == null) {
        entry = new Entry<>(bytesOf.applyAsLong(key));
        entries.put(key, entry);
        usedBytes += entry.bytes;
        missing.add(key);
      }
      entry.borrowers++;
      entry.lastUse = ++clock;
    }
    loans++;
    return missing;
  }

  /** Puts out what nobody borrows, least recently used first, until the missing values fit. */
  private boolean makeRoom(Set<K> wanted) {
    long needed = wanted.stream().filter(k -> !entries.containsKey(k)).mapToLong(bytesOf).sum();
    while (usedBytes + needed > byteBudget) {
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

  private void build(K key, Function<K, V> build) {
    Entry<V> entry = entry(key);
    try {
      entry.value.complete(build.apply(key));
    } catch (RuntimeException | Error e) {
      entry.value.completeExceptionally(e);
      throw e;
    }
  }

  private synchronized Entry<V> entry(K key) {
    Entry<V> entry = entries.get(key);
    if (entry == null) {
      throw new IllegalStateException("reserved and gone: " + key);
    }
    return entry;
  }

  /** After a failed build: whoever waits for it fails too, and the next borrower builds it anew. */
  private synchronized void abandon(Set<K> wanted, List<K> missing, Throwable cause) {
    giveBack(wanted);
    for (K key : missing) {
      Entry<V> entry = entries.get(key);
      if (entry != null && !(entry.value.isDone() && !entry.value.isCompletedExceptionally())) {
        entry.value.completeExceptionally(cause);
      }
    }
    dropFailed();
  }

  private void giveBack(Set<K> keys) {
    for (K key : keys) {
      Entry<V> entry = entries.get(key);
      if (entry != null) {
        entry.borrowers--;
      }
    }
    loans--;
    dropFailed();
    notifyAll();
  }

  private void dropFailed() {
    List<K> failed =
        entries.entrySet().stream()
            .filter(
                e -> e.getValue().borrowers == 0 && e.getValue().value.isCompletedExceptionally())
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
    if (!entry.value.isCompletedExceptionally()) {
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
