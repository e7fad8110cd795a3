package io.paretune.udfs.kvcache;

import java.util.ArrayList;
import java.util.List;

/**
 * A sequence's place in {@link KvPages}: the blocks that its tokens lie in, shared with sequences
 * that begin alike as far as blocks are full. Closed by whoever made it.
 */
public final class KvSequence implements AutoCloseable {
  /** No place for raw keys: no layer groups keys by channel. */
  static final int NONE = -1;

  private final KvPages pages;
  private final List<Integer> blocks = new ArrayList<>();
  private final int open;
  private int tokens;
  private boolean closed;

  KvSequence(KvPages pages, int open) {
    this.pages = pages;
    this.open = open;
  }

  /** Tokens written so far. */
  public int tokens() {
    return tokens;
  }

  /** The places of its tokens {@code from} to {@code to − 1}. */
  public long[] places(int from, int to) {
    long[] places = new long[to - from];
    for (int t = from; t < to; t++) {
      places[t - from] =
          (long) blocks.get(t / KvLayout.BLOCK) * KvLayout.BLOCK + t % KvLayout.BLOCK;
    }
    return places;
  }

  /** Number of its whole groups. */
  public int wholeGroups() {
    return tokens / KvLayout.BLOCK;
  }

  /** The place of each of its whole groups, then its first block's place up to {@code count}. */
  public long[] groupPlaces(int count) {
    long[] places = new long[count];
    for (int i = 0; i < count; i++) {
      places[i] = blocks.get(i < wholeGroups() ? i : 0);
    }
    return places;
  }

  /** The places of the raw keys of its last group, whole or not. */
  public long[] openPlaces() {
    long[] places = new long[open == NONE ? 0 : KvLayout.BLOCK];
    for (int i = 0; i < places.length; i++) {
      places[i] = (long) open * KvLayout.BLOCK + i;
    }
    return places;
  }

  List<Integer> blocks() {
    return blocks;
  }

  int open() {
    return open;
  }

  void grow(int by) {
    tokens += by;
  }

  KvPages pages() {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    return pages;
  }

  /** Gives its blocks back; those that others share stay. */
  @Override
  public void close() {
    if (!closed) {
      pages.release(this);
      closed = true;
    }
  }
}
