package io.paretune.jobs.frontier;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** A frontier as aligned text, for a terminal. Megabytes are 10⁶ bytes. */
public final class FrontierText {
  private FrontierText() {}

  /**
   * A headline and one line for each profile, each ended by a line feed.
   *
   * @param title the headline
   * @param dense the uncompressed model, which "change" refers to; without it that column is empty
   * @param lines in the order to print
   */
  public static String of(String title, Optional<FrontierLine> dense, List<FrontierLine> lines) {
    boolean heldOut = lines.stream().anyMatch(line -> line.heldOut().isPresent());
    List<List<String>> cells = new ArrayList<>();
    cells.add(header(heldOut));
    lines.forEach(line -> cells.add(cells(line, dense, heldOut)));
    return title + "\n" + TextTable.of(cells);
  }

  private static List<String> header(boolean heldOut) {
    List<String> header =
        new ArrayList<>(
            List.of("profile", "MB", "% of dense", "accuracy", "95 % interval", "change"));
    if (heldOut) {
      header.add("held out");
      header.add("change");
    }
    header.addAll(List.of("pruned", "by", "KV bits", ""));
    return header;
  }

  private static List<String> cells(
      FrontierLine line, Optional<FrontierLine> dense, boolean heldOut) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                line.label(),
                format("%.2f", line.cost().memoryBytes() / 1e6),
                format("%.1f", 100.0 * line.cost().memoryBytes() / line.cost().denseBytes()),
                format("%.3f", line.score()),
                format("%.3f–%.3f", line.low(), line.high()),
                dense.map(d -> format("%+.3f", line.score() - d.score())).orElse("")));
    if (heldOut) {
      cells.add(line.heldOut().isPresent() ? format("%.3f", line.heldOut().getAsDouble()) : "");
      OptionalDouble of = dense.map(FrontierLine::heldOut).orElse(OptionalDouble.empty());
      cells.add(
          line.heldOut().isPresent() && of.isPresent()
              ? format("%+.3f", line.heldOut().getAsDouble() - of.getAsDouble())
              : "");
    }
    cells.add(format("%.1f %%", 100 * line.cost().meanPruningRatio()));
    cells.add(line.criterion());
    cells.add(format("%.2f", line.cost().meanKvBits()));
    cells.add(line.note());
    return cells;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
