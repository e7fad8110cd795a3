package io.paretune.jobs.gate;

import io.paretune.jobs.tables.FrontierRecord;
import io.paretune.jobs.tables.MeasurementRecord;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Times to the first token under the gate's load, the last ones that were measured. */
public final class FirstTokenTimes {
  /** What was measured: a profile has the same speed under every trial's number. */
  private record Subject(String modelId, String profile) {}

  private final Map<Subject, Double> seconds = new HashMap<>();

  /**
   * Looks through measurements, in any order.
   *
   * @param load what counts; what was measured under another is left out
   */
  public FirstTokenTimes(List<MeasurementRecord> measurements, GateLoad load) {
    measurements.stream()
        .filter(m -> load.isOf(m.settings()))
        .sorted(Comparator.comparing(MeasurementRecord::measuredAt))
        .forEach(
            m ->
                seconds.put(
                    new Subject(m.modelId(), MeasurementRecord.subject(m.profile())),
                    m.speed().ttftSeconds().median()));
  }

  /** The seconds of a frontier's point; empty if they were not measured. */
  public OptionalDouble of(FrontierRecord point) {
    @Nullable Double found =
        seconds.get(new Subject(point.modelId(), MeasurementRecord.subject(point.profile())));
    return found == null ? OptionalDouble.empty() : OptionalDouble.of(found);
  }
}
