package io.paretune.udfs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.paretune.udfs.kvcache.KvSequence;
import io.paretune.udfs.kvcache.PlaceTable;
import java.util.Arrays;
import java.util.List;

/**
 * What the kernels are told about a chunk of tokens, as many of each sequence; names as in {@code
 * paged.py}.
 *
 * @param positions of all new tokens, sequence after sequence
 */
record ExtendStep(long[] positions, NDArray at, NDArray table, NDArray whole, NDArray open) {

  /**
   * The step of new tokens for which there is room already.
   *
   * @param past tokens that each sequence had before
   */
  static ExtendStep of(NDManager owner, List<KvSequence> sequences, int past) {
    int tokens = sequences.get(0).tokens();
    long[] positions = new long[sequences.size() * (tokens - past)];
    Arrays.setAll(positions, i -> past + i % (tokens - past));
    long[] at =
        sequences.stream().flatMapToLong(s -> Arrays.stream(s.places(past, tokens))).toArray();
    return new ExtendStep(
        positions,
        owner.create(at),
        PlaceTable.of(owner, sequences, s -> s.places(0, tokens)),
        PlaceTable.of(owner, sequences, s -> s.groupPlaces(s.wholeGroups())),
        PlaceTable.of(owner, sequences, KvSequence::openPlaces));
  }
}
