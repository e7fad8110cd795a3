package io.paretune.udfs.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The token sequences that follow one image's prefix, merged where they begin alike, so that the
 * decoder sees a shared beginning once. A node is a token in its place; parents come before
 * children. Some nodes are <i>read</i>: the decoder's prediction of the token after them is wanted.
 */
public final class TokenTree {
  /** The parent of nodes that follow the prefix directly. */
  static final int PREFIX = -1;

  /** Nothing follows the prefix: the tree of an image that a pass has no part in. */
  static final TokenTree NONE = new TokenTree(new Trie(), new int[0], List.of(), new int[0]);

  /** The log-probability of {@code token} after {@code node}, as a part of a sequence's score. */
  record Read(int sequence, int node, long token) {}

  private final int[] parents;
  private final long[] tokens;
  private final int[] depths;
  private final int[] multiplicities;
  private final int[] lastNodes;
  private final List<Read> reads;
  private final int[] readNodes;

  private TokenTree(Trie trie, int[] lastNodes, List<Read> reads, int[] readNodes) {
    this.parents = trie.parents.stream().mapToInt(Integer::intValue).toArray();
    this.tokens = trie.tokens.stream().mapToLong(Long::longValue).toArray();
    this.depths = trie.depths.stream().mapToInt(Integer::intValue).toArray();
    this.multiplicities = trie.multiplicities.stream().mapToInt(Integer::intValue).toArray();
    this.lastNodes = lastNodes;
    this.reads = List.copyOf(reads);
    this.readNodes = readNodes;
  }

  /**
   * A tree that scores: the nodes before scored tokens are read. A sequence's last token is no
   * node, since nothing follows it.
   */
  public static TokenTree scoring(List<Continuation> sequences) {
    requireSome(sequences);
    Trie trie = new Trie();
    int[] last = new int[sequences.size()];
    List<Read> reads = new ArrayList<>();
    for (int s = 0; s < sequences.size(); s++) {
      long[] tokens = sequences.get(s).tokens();
      int node = PREFIX;
      for (int i = 0; i < tokens.length; i++) {
        if (i >= sequences.get(s).scoredFrom()) {
          reads.add(new Read(s, node, tokens[i]));
        }
        node = i + 1 < tokens.length ? trie.step(node, tokens[i]) : node;
      }
      last[s] = node;
    }
    return new TokenTree(
        trie, last, reads, distinct(reads.stream().mapToInt(Read::node).toArray()));
  }

  /** A tree of whole sequences, none empty, whose last tokens are read. */
  public static TokenTree whole(List<long[]> sequences) {
    requireSome(sequences);
    Trie trie = new Trie();
    int[] last = new int[sequences.size()];
    for (int s = 0; s < last.length; s++) {
      if (sequences.get(s).length == 0) {
        throw new IllegalArgumentException("sequence " + s + " is empty");
      }
      int node = PREFIX;
      for (long token : sequences.get(s)) {
        node = trie.step(node, token);
      }
      last[s] = node;
    }
    return new TokenTree(trie, last, List.of(), distinct(last));
  }

  private static void requireSome(List<?> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("a tree needs at least one sequence");
    }
  }

  private static int[] distinct(int[] nodes) {
    return Arrays.stream(nodes).distinct().sorted().toArray();
  }

  /** Number of nodes. */
  public int size() {
    return tokens.length;
  }

  /** Number of sequences that the tree was made of. */
  public int sequences() {
    return lastNodes.length;
  }

  public long token(int node) {
    return tokens[node];
  }

  /** The node before, or −1 for the prefix. */
  public int parent(int node) {
    return parents[node];
  }

  /** Number of nodes before this one on its path: 0 right after the prefix. */
  public int depth(int node) {
    return depths[node];
  }

  /** How many of the sequences pass through the node. */
  public int multiplicity(int node) {
    return multiplicities[node];
  }

  /** The last node of a sequence. */
  public int lastNode(int sequence) {
    return lastNodes[sequence];
  }

  /** The nodes that are read, ascending, without repeats. */
  public int[] readNodes() {
    return readNodes.clone();
  }

  List<Read> reads() {
    return reads;
  }

  private static final class Trie {
    private final Map<Step, Integer> children = new HashMap<>();
    private final List<Integer> parents = new ArrayList<>();
    private final List<Long> tokens = new ArrayList<>();
    private final List<Integer> depths = new ArrayList<>();
    private final List<Integer> multiplicities = new ArrayList<>();

    int step(int parent, long token) {
      Integer node = children.putIfAbsent(new Step(parent, token), tokens.size());
      if (node != null) {
        multiplicities.set(node, multiplicities.get(node) + 1);
        return node;
      }
      parents.add(parent);
      tokens.add(token);
      depths.add(parent == PREFIX ? 0 : depths.get(parent) + 1);
      multiplicities.add(1);
      return tokens.size() - 1;
    }

    private record Step(int parent, long token) {}
  }
}
