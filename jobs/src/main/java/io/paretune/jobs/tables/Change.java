package io.paretune.jobs.tables;

/**
 * By how much a quantity changed.
 *
 * @param estimate now less before
 * @param low lower end of the 95 % interval
 * @param high its upper end
 */
public record Change(double estimate, double low, double high) {
  public Change {
    if (!(low <= estimate && estimate <= high)) {
      throw new IllegalArgumentException(
          "a change lies in its interval, was %s in [%s, %s]".formatted(estimate, low, high));
    }
  }

  /** Whether the interval leaves out no change at all. */
  public boolean isCertain() {
    return low > 0 || high < 0;
  }
}
