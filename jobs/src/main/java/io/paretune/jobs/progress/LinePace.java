package io.paretune.jobs.progress;

import java.time.Duration;
import java.time.Instant;

/** Keeps lines of progress apart. Not safe for use by several threads. */
public final class LinePace {
  private final Duration apart;
  private Instant lastLine;

  /**
   * The first line is due at once if {@code lastLine} is the epoch.
   *
   * @param apart between two lines at least
   * @param lastLine when the line before the first one would have been
   */
  public LinePace(Duration apart, Instant lastLine) {
    this.apart = apart;
    this.lastLine = lastLine;
  }

  /** Whether a line may be said now, which then is the last one. */
  public boolean isDue(Instant now) {
    boolean due = Duration.between(lastLine, now).compareTo(apart) >= 0;
    if (due) {
      lastLine = now;
    }
    return due;
  }
}
