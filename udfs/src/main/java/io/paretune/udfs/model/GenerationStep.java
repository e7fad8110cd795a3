package io.paretune.udfs.model;

import java.util.Arrays;

/**
 * What the kernels are told about one more token of each sequence.
 *
 * @param tokens each sequence's last token
 * @param lengths tokens of each sequence's tail, the new one counted
 * @param places each sequence's image, by its prefix's place
 */
record GenerationStep(long[] tokens, int[] lengths, int[] places) {

  int size() {
    return tokens.length;
  }

  /** Tokens of the longest tail. */
  int longest() {
    return Arrays.stream(lengths).max().orElseThrow();
  }

  /** Places up to the last that is asked. */
  int images() {
    return Arrays.stream(places).max().orElseThrow() + 1;
  }

  /** Position of each new token in its whole sequence. */
  long[] positions(int prefixTokens) {
    long[] positions = new long[size()];
    Arrays.setAll(positions, i -> prefixTokens + lengths[i] - 1L);
    return positions;
  }

  /** Which sequence stands at each place for queries: as many places for every image. */
  long[] ask() {
    int[] counts = new int[images()];
    for (int place : places) {
      counts[place]++;
    }
    int each = Arrays.stream(counts).max().orElseThrow();
    long[] ask = new long[counts.length * each]; // what nobody stands at repeats sequence 0
    long[] answer = answer();
    for (int i = 0; i < size(); i++) {
      ask[(int) answer[i]] = i;
    }
    return ask;
  }

  /** At which place of {@link #ask} each sequence stands. */
  long[] answer() {
    int[] counts = new int[images()];
    long[] rank = new long[size()];
    for (int i = 0; i < size(); i++) {
      rank[i] = counts[places[i]]++;
    }
    int each = Arrays.stream(counts).max().orElseThrow();
    Arrays.setAll(rank, i -> (long) places[i] * each + rank[i]);
    return rank;
  }

  /** For each sequence, true for tokens of the longest tail that it does not have. */
  boolean[] unseen() {
    int width = longest();
    boolean[] unseen = new boolean[size() * width];
    for (int i = 0; i < size(); i++) {
      Arrays.fill(unseen, i * width + lengths[i], (i + 1) * width, true);
    }
    return unseen;
  }
}
