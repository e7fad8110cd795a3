package io.paretune.udfs.kvcache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.engine.TorchScript;
import io.paretune.udfs.profile.LayerPlan;
import java.util.List;

/** Sequences of equal length in pages, unpacked layer by layer when they are read. */
public final class PagedKvCache implements KvCache {
  private final KvPages pages;
  private final TorchScript script;
  private final List<KvSequence> sequences;
  private final NDArray like;
  private final int tokens;

  /**
   * Looks at sequences, which stay their owner's as the pages do.
   *
   * @param script with {@link KvKernels#TEXTS}
   * @param like of the type that attention computes in
   */
  public PagedKvCache(KvPages pages, TorchScript script, List<KvSequence> sequences, NDArray like) {
    this.pages = pages;
    this.script = script;
    this.sequences = List.copyOf(sequences);
    this.like = like;
    this.tokens = sequences.get(0).tokens();
    if (sequences.stream().anyMatch(s -> s.tokens() != tokens)) {
      throw new IllegalArgumentException("the sequences must be of equal length");
    }
  }

  @Override
  public int layers() {
    return pages.layout().layers();
  }

  @Override
  public long sequences() {
    return sequences.size();
  }

  @Override
  public long tokens() {
    return tokens;
  }

  @Override
  public NDArray keys(NDManager owner, int layer) {
    int bits = plan(layer).keyBits();
    return read(owner, layer, pages.keys(layer), bits, pages.layout().keyGroup(layer));
  }

  @Override
  public NDArray values(NDManager owner, int layer) {
    return read(owner, layer, pages.values(layer), plan(layer).valueBits(), 0);
  }

  private LayerPlan plan(int layer) {
    return pages.layout().plans().get(layer);
  }

  private NDArray read(NDManager owner, int layer, List<NDArray> parts, int bits, int group) {
    try (NDManager call = owner.newSubManager()) {
      return script.callOne(
          owner,
          "kv_read",
          parts,
          pages.openKeys(layer),
          PlaceTable.of(call, sequences, s -> s.places(0, tokens)),
          PlaceTable.of(call, sequences, s -> s.groupPlaces(s.wholeGroups())),
          PlaceTable.of(call, sequences, KvSequence::openPlaces),
          bits,
          group,
          like);
    }
  }

  /** Nothing to free: it only looks. */
  @Override
  public void close() {}
}
