package io.paretune.jobs.progress;

import java.time.Duration;

/** How long the rest of some work takes if it goes on as before. */
public final class TimeLeft {
  private TimeLeft() {}

  /**
   * Such as {@code about 2 min 5 s left}.
   *
   * @param spent on what is done
   * @param done of the work's parts, at least one
   * @param parts of the work in all
   */
  public static String text(Duration spent, int done, int parts) {
    long seconds = Math.round(spent.toMillis() / 1e3 / done * Math.max(0, parts - done));
    return "about "
        + (seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s")
        + " left";
  }
}
