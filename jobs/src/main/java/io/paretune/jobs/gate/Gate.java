package io.paretune.jobs.gate;

import static java.lang.String.format;

import io.paretune.jobs.config.GateConfig;
import io.paretune.jobs.tables.FrontierRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Decides whether a frontier's point may be served.
 *
 * @param limits what it must keep
 */
public record Gate(GateConfig limits) {

  /**
   * Why a point is not let through.
   *
   * @param loss on held-out questions against the dense model; empty if not both were asked them
   * @param ttftSeconds measured time to its first token, if it was measured
   * @return one reason a limit that it does not keep; empty if it is let through
   */
  public List<String> objections(
      FrontierRecord point, Optional<AccuracyLoss> loss, OptionalDouble ttftSeconds) {
    List<String> why = new ArrayList<>();
    if (loss.isEmpty()) {
      why.add("not confirmed on held-out questions yet");
    } else {
      double bound = loss.get().bound(limits.confidence());
      if (bound > limits.maxAccuracyLoss()) {
        why.add(
            format(
                Locale.ROOT,
                "may lose %.2f points of accuracy (%.1f %% confidence; %.2f found on %d questions),"
                    + " at most %.2f allowed",
                100 * bound,
                100 * limits.confidence(),
                100 * loss.get().estimate(),
                loss.get().questions(),
                100 * limits.maxAccuracyLoss()));
      }
    }
    double gain = 1 - (double) point.cost().memoryBytes() / point.cost().denseBytes();
    if (gain < limits.minMemoryGain()) {
      why.add(
          format(
              Locale.ROOT,
              "saves %.1f %% of memory, at least %.1f %% wanted",
              100 * gain,
              100 * limits.minMemoryGain()));
    }
    limits.maxTtft().ifPresent(max -> tooSlow(max, ttftSeconds).ifPresent(why::add));
    return why;
  }

  private static Optional<String> tooSlow(Duration max, OptionalDouble seconds) {
    double limit = max.toNanos() / 1e9;
    if (seconds.isEmpty()) {
      return Optional.of("its time to the first token was not measured");
    }
    return seconds.getAsDouble() <= limit
        ? Optional.empty()
        : Optional.of(
            format(
                Locale.ROOT,
                "takes %.3f s to the first token, at most %.3f s allowed",
                seconds.getAsDouble(),
                limit));
  }
}
