package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.paretune.udfs.kvcache.KvLayout;
import io.paretune.udfs.kvcache.KvSequence;
import io.paretune.udfs.kvcache.PlaceTable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the kernels are told about one new token of each sequence, for which there is room already;
 * names as in {@code paged.py}.
 */
record DecodeStep(
    NDArray at,
    NDArray table,
    NDArray mask,
    NDArray whole,
    NDArray open,
    NDArray openAt,
    NDArray closing,
    NDArray closingAt,
    int together) {
  /** Tokens whose keys and values are unpacked at a time, at least one sequence's. */
  private static final int TOGETHER_TOKENS = 8192;

  /** Columns are tokens in order. */
  static DecodeStep byToken(NDManager owner, List<KvSequence> sequences) {
    int columns = sequences.stream().mapToInt(KvSequence::tokens).max().orElse(0);
    Columns c = new Columns(sequences, columns);
    for (int b = 0; b < sequences.size(); b++) {
      c.put(b, 0, sequences.get(b).places(0, sequences.get(b).tokens()));
    }
    NDArray none = owner.create(new long[0]);
    return c.step(owner, at(owner, sequences), none, none, none, none, none);
  }

  /** Columns are the tokens of whole groups, then those of the group that is not whole. */
  static DecodeStep byChannel(NDManager owner, List<KvSequence> sequences) {
    int groups = sequences.stream().mapToInt(KvSequence::wholeGroups).max().orElse(0);
    Columns c = new Columns(sequences, (groups + 1) * KvLayout.BLOCK);
    long[] openAt = new long[sequences.size()];
    for (int b = 0; b < openAt.length; b++) {
      KvSequence s = sequences.get(b);
      int closed = s.tokens() / KvLayout.BLOCK * KvLayout.BLOCK;
      c.put(b, 0, s.places(0, closed));
      c.put(b, groups * KvLayout.BLOCK, s.places(closed, s.tokens()));
      openAt[b] = s.openPlaces()[(s.tokens() - 1) % KvLayout.BLOCK];
    }
    int[] closing =
        IntStream.range(0, openAt.length)
            .filter(b -> sequences.get(b).tokens() % KvLayout.BLOCK == 0)
            .toArray();
    return c.step(
        owner,
        at(owner, sequences),
        PlaceTable.of(owner, sequences, s -> s.groupPlaces(groups)),
        PlaceTable.of(owner, sequences, KvSequence::openPlaces),
        owner.create(openAt),
        owner.create(Arrays.stream(closing).asLongStream().toArray()),
        owner.create(Arrays.stream(closing).mapToLong(b -> lastGroup(sequences.get(b))).toArray()));
  }

  private static long lastGroup(KvSequence s) {
    return s.groupPlaces(s.wholeGroups())[s.wholeGroups() - 1];
  }

  private static NDArray at(NDManager owner, List<KvSequence> sequences) {
    return owner.create(
        sequences.stream().mapToLong(s -> s.places(s.tokens() - 1, s.tokens())[0]).toArray());
  }

  /** Positions of the new tokens. */
  static long[] positions(List<KvSequence> sequences) {
    return sequences.stream().mapToLong(s -> s.tokens() - 1).toArray();
  }

  /**
   * Table and mask while they are filled. A column that a sequence lacks is masked and names a
   * place of its own, since another's could hold a NaN, which no mask keeps out.
   */
  private static final class Columns {
    private final int batch;
    private final int columns;
    private final long[] table;
    private final float[] mask;

    Columns(List<KvSequence> sequences, int columns) {
      this.batch = sequences.size();
      this.columns = columns;
      this.table = new long[Math.multiplyExact(batch, columns)];
      for (int b = 0; b < batch; b++) {
        Arrays.fill(table, b * columns, (b + 1) * columns, sequences.get(b).places(0, 1)[0]);
      }
      this.mask = new float[table.length];
      Arrays.fill(mask, Float.NEGATIVE_INFINITY);
    }

    void put(int row, int from, long[] places) {
      int start = row * columns + from;
      System.arraycopy(places, 0, table, start, places.length);
      Arrays.fill(mask, start, start + places.length, 0);
    }

    DecodeStep step(
        NDManager owner,
        NDArray at,
        NDArray whole,
        NDArray open,
        NDArray openAt,
        NDArray closing,
        NDArray closingAt) {
      Shape shape = new Shape(batch, columns);
      return new DecodeStep(
          at,
          owner.create(table, shape),
          owner.create(mask, shape),
          whole,
          open,
          openAt,
          closing,
          closingAt,
          Math.max(1, TOGETHER_TOKENS / columns));
    }
  }
}
