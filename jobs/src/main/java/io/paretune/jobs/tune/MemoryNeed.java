package io.paretune.jobs.tune;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Memory that is needed in one place.
 *
 * @param parts what takes it
 * @param spare what the tenth is for that is added to them
 */
public record MemoryNeed(List<Part> parts, String spare) {
  private static final double WITH_SPARE = 1.1;
  private static final long MEGABYTE = 1_000_000;

  /**
   * One thing that takes memory.
   *
   * @param what as a message calls it, after "MB of"
   */
  public record Part(String what, long bytes) {}

  public MemoryNeed {
    parts = List.copyOf(parts);
  }

  /** All of it. */
  public long bytes() {
    return (long) (WITH_SPARE * parts.stream().mapToLong(Part::bytes).sum());
  }

  /** What takes it, in megabytes of 10⁶ bytes. */
  public String described() {
    return parts.stream()
            .map(p -> String.format(Locale.ROOT, "%,d MB of %s", p.bytes() / MEGABYTE, p.what()))
            .collect(Collectors.joining(", "))
        + ", and a tenth for "
        + spare;
  }
}
