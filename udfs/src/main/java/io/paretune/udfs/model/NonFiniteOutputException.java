package io.paretune.udfs.model;

/**
 * The decoder's output is not a number: the candidate's compression broke the model's arithmetic. A
 * search records the trial as failed; it says nothing about other candidates.
 */
public final class NonFiniteOutputException extends RuntimeException {
  public NonFiniteOutputException(String profileId, long values) {
    super(
        "profile %s: %d log-probabilities are not finite; the compressed model overflows"
            .formatted(profileId, values));
  }
}
