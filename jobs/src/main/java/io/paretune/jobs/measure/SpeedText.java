package io.paretune.jobs.measure;

import io.paretune.jobs.frontier.TextTable;
import io.paretune.jobs.tables.MeasurementRecord;
import io.paretune.udfs.evaluate.SpeedSettings;
import io.paretune.udfs.evaluate.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measurements as aligned text. Megabytes are 10⁶ bytes. */
final class SpeedText {
  /** A measurement and what to call it. */
  record Line(String label, MeasurementRecord measured) {}

  private SpeedText() {}

  /** A headline, a line for each measurement, and what the figures are. */
  static String of(List<Line> lines) {
    MeasurementRecord first = lines.get(0).measured();
    SpeedSettings s = first.settings();
    List<List<String>> cells = new ArrayList<>();
    cells.add(
        List.of(
            "profile",
            "TTFT s",
            "quartiles",
            "decode ms",
            "quartiles",
            "tokens/s",
            "weights MB",
            "KV MB",
            "workspace MB",
            "peak MB",
            ""));
    for (Line line : lines) {
      MeasurementRecord m = line.measured();
      cells.add(
          List.of(
              line.label(),
              format("%.3f", m.speed().ttftSeconds().median()),
              quartiles("%.3f–%.3f", m.speed().ttftSeconds(), 1),
              format("%.1f", 1e3 * m.speed().decodeSeconds().median()),
              quartiles("%.1f–%.1f", m.speed().decodeSeconds(), 1e3),
              format("%.1f", s.batch() / m.speed().decodeSeconds().median()),
              megabytes(m.speed().weightBytes()),
              megabytes(m.speed().kvBytes()),
              megabytes(m.speed().workspaceBytes()),
              m.speed().peakBytes() < 0 ? "unknown" : megabytes(m.speed().peakBytes()),
              ""));
    }
    return format(
            "Measured on %s, %s, %d threads: %d requests of an image and %d text tokens, %d new"
                + " tokens each; median of %d runs after %d%n",
            first.device(),
            s.type().key(),
            s.threads(),
            s.batch(),
            s.textTokens(),
            s.newTokens(),
            s.runs(),
            s.warmUps())
        + TextTable.of(cells);
  }

  private static String quartiles(String format, Spread spread, double factor) {
    return format(format, factor * spread.low(), factor * spread.high());
  }

  private static String megabytes(long bytes) {
    return format("%.1f", bytes / 1e6);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
