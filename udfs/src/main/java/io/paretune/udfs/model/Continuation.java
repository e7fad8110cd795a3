package io.paretune.udfs.model;

import java.util.Arrays;

/**
 * Tokens that follow an image's prefix, of which the last ones are scored: those of an option after
 * those of its question.
 *
 * @param tokens all tokens after the prefix
 * @param scoredFrom index of the first token that is scored, at least 1: what predicts a token is
 *     the one before it, and the prefix's own last token is not read
 */
public record Continuation(long[] tokens, int scoredFrom) {
  public Continuation {
    if (scoredFrom < 1 || scoredFrom >= tokens.length) {
      throw new IllegalArgumentException(
          "scoredFrom must be in [1, %d), was %d".formatted(tokens.length, scoredFrom));
    }
    tokens = tokens.clone();
  }

  @Override
  public long[] tokens() {
    return tokens.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Continuation c
        && scoredFrom == c.scoredFrom
        && Arrays.equals(tokens, c.tokens);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(tokens) + scoredFrom;
  }

  @Override
  public String toString() {
    return "Continuation[tokens=" + Arrays.toString(tokens) + ", scoredFrom=" + scoredFrom + "]";
  }
}
