package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.kvcache.KvCache;
import io.paretune.udfs.kvcache.PlainKvCache;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values that generation reads: a pool of image prefixes, each there once for all
 * sequences about the image, and for each slot the <i>tail</i> of its sequence, prompt and answer.
 * Layouts as in {@code generation.py}.
 */
final class GenerationCache {
  /** Tails grow by this many tokens at least. */
  private static final int STEP = 16;

  private final NDManager manager;
  private final TorchScript script;
  private final int kvHeads;
  private final PlainKvCache prefixes;
  private final List<NDArray> prefixArrays; // keys of all layers, then values
  private final List<NDArray> tails; // likewise
  private int capacity = STEP;

  /**
   * Makes room.
   *
   * @param manager owns it
   * @param like a prefix of the model
   * @param images prefixes held at once
   * @param slots sequences held at once
   */
  GenerationCache(
      NDManager manager, TorchScript script, KvCache like, int kvHeads, int images, int slots) {
    this.manager = manager;
    this.script = script;
    this.kvHeads = kvHeads;
    List<NDArray> keys = new ArrayList<>();
    List<NDArray> values = new ArrayList<>();
    List<NDArray> tailKeys = new ArrayList<>();
    List<NDArray> tailValues = new ArrayList<>();
    try (NDManager scratch = manager.newSubManager()) {
      for (int layer = 0; layer < like.layers(); layer++) {
        NDArray key = like.keys(scratch, layer);
        NDArray value = like.values(scratch, layer);
        keys.add(pool(key, images, (int) like.tokens()));
        values.add(pool(value, images, (int) like.tokens()));
        tailKeys.add(pool(key, slots, capacity));
        tailValues.add(pool(value, slots, capacity));
      }
    }
    prefixes = new PlainKvCache(manager, keys, values);
    prefixArrays = joined(keys, values);
    tails = joined(tailKeys, tailValues);
  }

  private NDArray pool(NDArray like, int sequences, int tokens) {
    return script.callOne(manager, "pool", like, sequences, tokens);
  }

  private static List<NDArray> joined(List<NDArray> keys, List<NDArray> values) {
    List<NDArray> all = new ArrayList<>(keys);
    all.addAll(values);
    return all;
  }

  /** All places of the pool, as one cache: an image is the sequence at its place. */
  KvCache prefixes() {
    return prefixes;
  }

  NDArray tailKeys(int layer) {
    return tails.get(layer);
  }

  NDArray tailValues(int layer) {
    return tails.get(tails.size() / 2 + layer);
  }

  /** Copies image prefixes to their places. */
  void place(KvCache prefix, long[] places) {
    try (NDManager call = manager.newSubManager()) {
      List<NDArray> keys = new ArrayList<>();
      List<NDArray> values = new ArrayList<>();
      for (int layer = 0; layer < prefix.layers(); layer++) {
        keys.add(prefix.keys(call, layer));
        values.add(prefix.values(call, layer));
      }
      script.call(call, "place_prefixes", prefixArrays, joined(keys, values), call.create(places));
    }
  }

  /**
   * Copies rows of a pass over prompts to the beginnings of tails.
   *
   * @param prompts the pass's keys and values
   * @param paths each sequence's rows, first to last
   * @param slots each sequence's slot
   */
  void admit(TreeKeys prompts, List<int[]> paths, int[] slots) {
    int rows = 0;
    for (int[] path : paths) {
      ensure(path.length);
      rows += path.length;
    }
    long[] source = new long[rows];
    int[] slotOf = new int[rows];
    int[] token = new int[rows];
    int at = 0;
    for (int s = 0; s < slots.length; s++) {
      for (int i = 0; i < paths.get(s).length; i++) {
        source[at] = paths.get(s)[i];
        slotOf[at] = slots[s];
        token[at++] = i;
      }
    }
    try (NDManager call = manager.newSubManager()) {
      script.call(
          call,
          "admit_tails",
          tails,
          joined(prompts.keys(), prompts.values()),
          call.create(source),
          call.create(targets(slotOf, token)));
    }
  }

  /** Where the keys of a token of each slot are kept, for each head: rows of (S · G · C', D). */
  long[] targets(int[] slots, int[] tokens) {
    long[] targets = new long[slots.length * kvHeads];
    for (int i = 0; i < slots.length; i++) {
      for (int head = 0; head < kvHeads; head++) {
        targets[i * kvHeads + head] = ((long) slots[i] * kvHeads + head) * capacity + tokens[i];
      }
    }
    return targets;
  }

  /** Overwrites a slot's tail with another's. */
  void move(int to, int from) {
    try (NDManager call = manager.newSubManager()) {
      script.call(call, "move_tails", tails, to, from);
    }
  }

  /** Makes tails long enough for that many tokens; targets from before are void. */
  void ensure(int tokens) {
    if (tokens <= capacity) {
      return;
    }
    int wanted = Math.max(tokens, capacity + capacity / 2);
    capacity = (wanted + STEP - 1) / STEP * STEP;
    for (int i = 0; i < tails.size(); i++) {
      NDArray before = tails.get(i);
      tails.set(i, script.callOne(manager, "longer", before, capacity));
      before.close();
    }
  }
}
