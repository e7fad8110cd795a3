package io.paretune.jobs.report;

import io.paretune.jobs.gate.GateLoad;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.udfs.engine.ComputeType;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a time to the first token was measured under: times under one load can be compared.
 *
 * @param device where it ran
 * @param batch requests at once
 * @param textTokens of each, after its image
 * @param threads of the CPU
 * @param type that was computed in
 */
record MeasuredLoad(String device, int batch, int textTokens, int threads, ComputeType type) {

  static MeasuredLoad of(MeasurementRecord measured) {
    return new MeasuredLoad(
        measured.device(),
        measured.settings().batch(),
        measured.settings().textTokens(),
        measured.settings().threads(),
        measured.settings().type());
  }

  /** The load to show of several: the gate's, where it was measured, or the last one. */
  static Optional<MeasuredLoad> shown(List<MeasurementRecord> measurements, GateLoad gate) {
    return measurements.stream()
        .max(
            Comparator.comparing((MeasurementRecord m) -> gate.isOf(m.settings()))
                .thenComparing(MeasurementRecord::measuredAt))
        .map(MeasuredLoad::of);
  }

  @Override
  public String toString() {
    return Markup.format(
        "%d %s of %d text tokens on %s in %s, %d %s",
        batch,
        batch == 1 ? "request" : "requests",
        textTokens,
        device,
        type.key(),
        threads,
        threads == 1 ? "thread" : "threads");
  }
}
