package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.profile.LayerPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for the keys and values of many sequences, in blocks of {@link KvLayout#BLOCK} tokens
 * (paged attention, arXiv 2309.06180 §4.1): a sequence takes a block when it needs one, sequences
 * that begin alike share full blocks, and blocks that nobody holds are used again. Quantized on
 * write. Not safe for use by many threads.
 *
 * <p>A token has a place in every layer's pages; with keys grouped by channel, a whole group has
 * one, and the raw keys of a sequence's last group have places of their own until it is whole.
 */
public final class KvPages implements AutoCloseable {
  private final NDManager manager;
  private final TorchScript script;
  private final KvLayout layout;
  private final List<Layer> layers = new ArrayList<>();
  private final BlockPool blocks = new BlockPool();
  private final BlockPool opens = new BlockPool();

  /** A layer's tensors; rows are places. */
  private static final class Layer {
    final int keyGroup;
    final List<NDArray> keys;
    final List<NDArray> values;
    NDArray open;

    Layer(int keyGroup, List<NDArray> keys, List<NDArray> values, NDArray open) {
      this.keyGroup = keyGroup;
      this.keys = new ArrayList<>(keys);
      this.values = new ArrayList<>(values);
      this.open = open;
    }
  }

  /**
   * Pages without room: they grow as sequences do.
   *
   * @param parent closing it closes the pages
   * @param script with {@link KvKernels#TEXTS}
   * @param like on the device and of the type that attention computes in
   */
  public KvPages(NDManager parent, TorchScript script, KvLayout layout, NDArray like) {
    this.manager = parent.newSubManager();
    this.script = script;
    this.layout = layout;
    for (LayerPlan plan : layout.plans()) {
      int group = layout.keyGroup(plan.layer());
      long[] keyShape =
          group > 0 ? new long[] {layout.headDim(), group} : new long[] {layout.headDim()};
      long[] tokenShape = {layout.headDim()};
      layers.add(
          new Layer(
              group,
              empty(like, keyShape, plan.keyBits()),
              empty(like, tokenShape, plan.valueBits()),
              empty(like, tokenShape, 16).get(0)));
    }
  }

  private List<NDArray> empty(NDArray like, long[] shape, int bits) {
    boolean packed = layout.storage() == KvStorage.PACKED;
    return script.call(manager, "kv_new_pages", like, layout.kvHeads(), shape, bits, packed);
  }

  public KvLayout layout() {
    return layout;
  }

  /** A manager for one pass over the pages. */
  public NDManager newManager() {
    return manager.newSubManager();
  }

  /** A sequence without tokens. */
  public KvSequence newSequence() {
    return new KvSequence(this, layout.groupsKeys() ? takeOpen() : KvSequence.NONE);
  }

  /** A sequence that begins as another does so far; they share its full blocks. */
  public KvSequence fork(KvSequence other) {
    requireOwn(other);
    KvSequence copy = newSequence();
    int full = other.tokens() / KvLayout.BLOCK;
    for (int i = 0; i < full; i++) {
      blocks.share(other.blocks().get(i));
      copy.blocks().add(other.blocks().get(i));
    }
    if (other.tokens() % KvLayout.BLOCK > 0) {
      reserve(1);
      copy.blocks().add(blocks.take());
      copyBlock(other.blocks().get(full), copy.blocks().get(full));
      for (Layer layer : layers) {
        if (layer.keyGroup > 0) { // the others have no raw keys
          copyRows(List.of(layer.open), other.open(), copy.open());
        }
      }
    }
    copy.grow(other.tokens());
    return copy;
  }

  private void copyBlock(int from, int to) {
    for (Layer layer : layers) {
      copyRows(layer.values, from, to);
      if (layer.keyGroup == 0) {
        copyRows(layer.keys, from, to);
      }
    }
  }

  private void copyRows(List<NDArray> pages, int from, int to) {
    try (NDManager call = manager.newSubManager()) {
      NDArray source = call.create(rows(from));
      script.call(call, "kv_copy", pages, source, call.create(rows(to)));
    }
  }

  private static long[] rows(int block) {
    long[] rows = new long[KvLayout.BLOCK];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (long) block * KvLayout.BLOCK + i;
    }
    return rows;
  }

  /** Makes room for more tokens of each of these sequences; whoever calls writes them. */
  public void append(List<KvSequence> sequences, int tokens) {
    int wanted = 0;
    for (KvSequence s : sequences) {
      requireOwn(s);
      wanted += blocksFor(s.tokens() + tokens) - s.blocks().size();
    }
    reserve(wanted);
    for (KvSequence s : sequences) {
      s.grow(tokens);
      while (s.blocks().size() < blocksFor(s.tokens())) {
        s.blocks().add(blocks.take());
      }
    }
  }

  private static int blocksFor(int tokens) {
    return (tokens + KvLayout.BLOCK - 1) / KvLayout.BLOCK;
  }

  /** Makes room for that many tokens of each of these sequences, and for no more. */
  public void reserve(List<KvSequence> sequences, int tokens) {
    int wanted = 0;
    for (KvSequence s : sequences) {
      wanted += Math.max(0, blocksFor(tokens) - s.blocks().size());
    }
    reserve(wanted);
  }

  /**
   * Makes sure that so many blocks are free. Growing takes an eighth more than there is, so that
   * copying the pages into larger ones stays rare.
   */
  private void reserve(int free) {
    int needed = blocks.used() + free;
    if (needed > blocks.capacity()) {
      int capacity = Math.max(needed, blocks.capacity() + blocks.capacity() / 8);
      int more = capacity - blocks.capacity();
      for (Layer layer : layers) {
        grow(layer.values, more * KvLayout.BLOCK);
        grow(layer.keys, layer.keyGroup > 0 ? more : more * KvLayout.BLOCK);
      }
      blocks.growTo(capacity);
    }
  }

  private int takeOpen() {
    if (opens.used() == opens.capacity()) {
      for (Layer layer : layers) {
        if (layer.keyGroup > 0) {
          layer.open = grown(layer.open, KvLayout.BLOCK);
        }
      }
      opens.growTo(opens.capacity() + 1);
    }
    return opens.take();
  }

  private void grow(List<NDArray> pages, int rows) {
    pages.replaceAll(page -> grown(page, rows));
  }

  private NDArray grown(NDArray page, int rows) {
    NDArray larger = script.callOne(manager, "kv_grow", page, rows);
    page.close();
    return larger;
  }

  void release(KvSequence sequence) {
    requireOwn(sequence);
    sequence.blocks().forEach(blocks::giveBack);
    if (sequence.open() != KvSequence.NONE) {
      opens.giveBack(sequence.open());
    }
  }

  private void requireOwn(KvSequence sequence) {
    if (sequence.pages() != this) {
      throw new IllegalArgumentException("the sequence lies in other pages");
    }
  }

  /** A layer's keys as kernels take them: one tensor, or packed bytes, scale and zero. */
  public List<NDArray> keys(int layer) {
    return List.copyOf(layers.get(layer).keys);
  }

  /** A layer's values, likewise. */
  public List<NDArray> values(int layer) {
    return List.copyOf(layers.get(layer).values);
  }

  /** Raw keys of groups that are not whole yet. */
  public NDArray openKeys(int layer) {
    return layers.get(layer).open;
  }

  /** Blocks that sequences hold; a shared one counts once. */
  public int blocksHeld() {
    return blocks.used();
  }

  /** Bytes of all pages, held or free. */
  public long bytes() {
    List<NDArray> pages = new ArrayList<>();
    for (Layer layer : layers) {
      pages.addAll(layer.keys);
      pages.addAll(layer.values);
      pages.add(layer.open);
    }
    return KvKernels.bytes(manager, script, pages);
  }

  /** Frees the pages, whoever still holds blocks. */
  @Override
  public void close() {
    manager.close();
  }
}
