package io.paretune.jobs.config;

import java.time.Duration;
import java.util.Optional;

/**
 * What a frontier's point must keep to be promoted.
 *
 * @param maxAccuracyLoss share of held-out questions that it may lose against the dense model
 * @param minMemoryGain share of the dense model's memory that it must save
 * @param maxTtft longest measured time to the first token
 * @param threads of the CPU that it is measured on
 * @param confidence with which the loss must be within its limit, one-sided
 */
public record GateConfig(
    double maxAccuracyLoss,
    double minMemoryGain,
    Optional<Duration> maxTtft,
    int threads,
    double confidence) {

  static GateConfig of(Values values) {
    return new GateConfig(
        values.get(Keys.GATE_MAX_ACCURACY_LOSS),
        values.get(Keys.GATE_MIN_MEMORY_GAIN),
        values.get(Keys.GATE_MAX_TTFT),
        values.get(Keys.GATE_THREADS),
        values.get(Keys.GATE_CONFIDENCE));
  }
}
