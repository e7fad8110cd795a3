package io.paretune.udfs.profile;

import java.util.Arrays;
import java.util.Optional;

/**
 * Where a row's zeros lie. Under an n:m pattern exactly n of every m neighbouring weights of a row
 * go, so its ratio is n/m. It costs what the same ratio costs without a pattern: the positions of
 * 2:4 in sparse tensor cores' own format take 2 bits a kept weight, as many as the bitmask; those
 * of 4:8, 3 bits a kept weight, are more than the bitmask.
 */
public enum Pattern {
  /** Anywhere in the row. */
  UNSTRUCTURED("unstructured", 0, 1),
  TWO_OF_FOUR("2:4", 2, 4),
  FOUR_OF_EIGHT("4:8", 4, 8);

  private final String key;
  private final int zeros;
  private final int group;

  Pattern(String key, int zeros, int group) {
    this.key = key;
    this.zeros = zeros;
    this.group = group;
  }

  /** The name in profiles. */
  public String key() {
    return key;
  }

  /** n: how many of a group go. */
  public int zeros() {
    return zeros;
  }

  /** m: how many neighbouring weights are a group. */
  public int group() {
    return group;
  }

  /** The ratio that the pattern has, where it has one of its own. */
  public double ratio() {
    return (double) zeros / group;
  }

  public static Optional<Pattern> ofKey(String key) {
    return Arrays.stream(values()).filter(p -> p.key.equals(key)).findFirst();
  }
}
