package io.paretune.jobs.search;

import java.util.Map;

/**
 * What a trial gave.
 *
 * @param state anything but {@link TrialState#RUNNING}
 * @param values by objective name; known objectives may be left out, and are computed
 * @param samples how many right-or-wrong answers the unknown objectives are the mean of; 0 if they
 *     are not such means
 * @param reason why it failed or was stopped; may be empty
 */
public record Outcome(TrialState state, Map<String, Double> values, long samples, String reason) {
  public Outcome {
    values = Map.copyOf(values);
    if (state == TrialState.RUNNING) {
      throw new IllegalArgumentException("an outcome cannot be RUNNING");
    }
    if (samples < 0) {
      throw new IllegalArgumentException("samples must not be negative, was " + samples);
    }
    values.forEach(
        (name, value) -> {
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "value of %s must be a finite number, was %s".formatted(name, value));
          }
        });
  }

  public static Outcome complete(Map<String, Double> values) {
    return new Outcome(TrialState.COMPLETE, values, 0, "");
  }

  /** Values that are means of {@code samples} right-or-wrong answers. */
  public static Outcome complete(Map<String, Double> values, long samples) {
    return new Outcome(TrialState.COMPLETE, values, samples, "");
  }

  public static Outcome stopped(Map<String, Double> valuesSoFar, long samples, String reason) {
    return new Outcome(TrialState.STOPPED, valuesSoFar, samples, reason);
  }

  public static Outcome failed(String reason) {
    return new Outcome(TrialState.FAILED, Map.of(), 0, reason);
  }
}
