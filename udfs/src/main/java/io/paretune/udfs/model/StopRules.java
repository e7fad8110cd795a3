package io.paretune.udfs.model;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * When a generated answer is at its end: at an end token, when its text says so, or at its longest.
 * The model's last position ends every answer.
 *
 * @param endTokens end an answer and are no part of it
 * @param maxTokens of an answer, at most
 * @param endsAfter whether the tokens so far, of which there is at least one, are all that is
 *     wanted; they stay part of the answer
 */
public record StopRules(Set<Long> endTokens, int maxTokens, Predicate<long[]> endsAfter) {

  public StopRules {
    endTokens = Set.copyOf(endTokens);
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens must be positive, was " + maxTokens);
    }
  }

  /** An end token or the longest answer. */
  public static StopRules of(List<Long> endTokens, int maxTokens) {
    return new StopRules(Set.copyOf(endTokens), maxTokens, tokens -> false);
  }

  /** The same, and where the tokens so far say so. */
  public StopRules orAfter(Predicate<long[]> end) {
    return new StopRules(
        endTokens, maxTokens, tokens -> endsAfter.test(tokens) || end.test(tokens));
  }
}
