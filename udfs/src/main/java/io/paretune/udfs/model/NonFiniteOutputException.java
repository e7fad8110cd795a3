package io.paretune.udfs.model;

import java.util.Arrays;

/**
 * The decoder's output is not a number: the candidate's compression broke the model's arithmetic. A
 * search records the trial as failed; it says nothing about other candidates.
 */
public final class NonFiniteOutputException extends RuntimeException {
  private NonFiniteOutputException(String profileId, long values) {
    super(
        "profile %s: %d log-probabilities are not finite; the compressed model overflows"
            .formatted(profileId, values));
  }

  /** Log-probabilities, all of which are numbers. */
  static float[] requireFinite(String profileId, float[] values) {
    int broken = 0;
    for (float value : values) {
      broken += Float.isFinite(value) ? 0 : 1;
    }
    return require(profileId, values, broken);
  }

  /** The likeliest tokens, none of which is −1: its probabilities were not numbers. */
  static long[] requireTokens(String profileId, long[] tokens) {
    return require(profileId, tokens, Arrays.stream(tokens).filter(token -> token < 0).count());
  }

  private static <T> T require(String profileId, T sound, long broken) {
    if (broken > 0) {
      throw new NonFiniteOutputException(profileId, broken);
    }
    return sound;
  }
}
