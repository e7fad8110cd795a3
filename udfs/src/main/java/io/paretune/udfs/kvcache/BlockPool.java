package io.paretune.udfs.kvcache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Numbers of equal blocks of memory, counted by those who hold them. Knows nothing of the memory.
 */
final class BlockPool {
  private final List<Integer> holders = new ArrayList<>();
  private final Deque<Integer> free = new ArrayDeque<>();

  /** Blocks that there are. */
  int capacity() {
    return holders.size();
  }

  /** Blocks that somebody holds. */
  int used() {
    return holders.size() - free.size();
  }

  /** Adds blocks until there are so many. */
  void growTo(int capacity) {
    while (holders.size() < capacity) {
      free.addLast(holders.size());
      holders.add(0);
    }
  }

  /**
   * A block with one holder.
   *
   * @throws IllegalStateException if none is free
   */
  int take() {
    Integer block = free.pollFirst();
    if (block == null) {
      throw new IllegalStateException("all %d blocks are held".formatted(holders.size()));
    }
    holders.set(block, 1);
    return block;
  }

  /** One more holder of a block that is held. */
  void share(int block) {
    requireHeld(block);
    holders.set(block, holders.get(block) + 1);
  }

  /** One holder fewer; without any the block is free. */
  void giveBack(int block) {
    requireHeld(block);
    int left = holders.get(block) - 1;
    holders.set(block, left);
    if (left == 0) {
      free.addFirst(block);
    }
  }

  private void requireHeld(int block) {
    if (holders.get(block) < 1) {
      throw new IllegalStateException("nobody holds block " + block);
    }
  }
}
