package io.paretune.udfs.benchmark;

import java.io.Serializable;

/**
 * What a protocol makes of an answer.
 *
 * @param answer what it read out of the text: a letter, yes or no, a normalized phrase; empty where
 *     it found nothing that it looks for
 * @param credit what the answer is worth, in [0, 1]
 */
public record Verdict(String answer, double credit) implements Serializable {
  public Verdict {
    if (!(credit >= 0 && credit <= 1)) {
      throw new IllegalArgumentException("credit must be in [0, 1], was " + credit);
    }
  }

  /** All or nothing. */
  static Verdict of(String answer, boolean right) {
    return new Verdict(answer, right ? 1 : 0);
  }
}
