package io.paretune.udfs.cost;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Memory that is needed in one place.
 *
 * @param parts what takes it
 * @param spare what the tenth is for that is added to them
 */
public record MemoryNeed(List<Part> parts, String spare) implements Serializable {
  private static final double WITH_SPARE = 1.1;
  private static final long MEGABYTE = 1_000_000;

  /**
   * One thing that takes memory.
   *
   * @param what as a message calls it, after "MB of"
   */
  public record Part(String what, long bytes) implements Serializable {}

  public MemoryNeed {
    parts = List.copyOf(parts);
  }

  /** All of it. */
  public long bytes() {
    return (long) (WITH_SPARE * parts.stream().mapToLong(Part::bytes).sum());
  }

  /** Bytes as messages have them, in megabytes of 10⁶. */
  public static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MB", bytes / MEGABYTE);
  }

  /** What takes it. */
  public String described() {
    return parts.stream()
            .map(p -> megabytes(p.bytes()) + " of " + p.what())
            .collect(Collectors.joining(", "))
        + ", and a tenth for "
        + spare;
  }
}
