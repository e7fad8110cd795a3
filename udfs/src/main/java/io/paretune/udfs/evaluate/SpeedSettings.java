package io.paretune.udfs.evaluate;

import io.paretune.udfs.engine.ComputeType;
import java.io.Serializable;

/**
 * What is measured.
 *
 * @param batch requests served at once, each with an image of its own
 * @param textTokens of each prompt, after its image
 * @param newTokens that are generated for each request, from 2
 * @param warmUps runs before those that count
 * @param runs that count
 * @param threads of the CPU
 * @param type that is computed in
 */
public record SpeedSettings(
    int batch, int textTokens, int newTokens, int warmUps, int runs, int threads, ComputeType type)
    implements Serializable {
  public SpeedSettings {
    if (batch < 1 || textTokens < 1 || newTokens < 2 || warmUps < 0 || runs < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "a measurement has a request, a text token, two new tokens, a run and a thread");
    }
  }
}
