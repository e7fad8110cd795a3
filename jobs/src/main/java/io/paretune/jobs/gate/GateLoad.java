package io.paretune.jobs.gate;

import io.paretune.jobs.config.GateConfig;
import io.paretune.udfs.engine.ComputeType;
import io.paretune.udfs.evaluate.SpeedSettings;

/**
 * The load under which {@code gate.max-ttft} holds: one request of an image and a short question,
 * on {@code gate.threads} threads, whichever machine asks. How many tokens are generated, and how
 * often, does not change the first token's time.
 *
 * @param threads of the CPU
 */
public record GateLoad(int threads) {
  /** Requests at once. */
  public static final int BATCH = 1;

  /** Of the prompt, after its image. */
  public static final int TEXT_TOKENS = 32;

  /** What is computed in. */
  public static final ComputeType TYPE = ComputeType.FP32;

  public static GateLoad of(GateConfig gate) {
    return new GateLoad(gate.threads());
  }

  /** Whether a time to the first token that was measured so is one under this load. */
  public boolean isOf(SpeedSettings settings) {
    return settings.batch() == BATCH
        && settings.textTokens() == TEXT_TOKENS
        && settings.type() == TYPE
        && settings.threads() == threads;
  }
}
