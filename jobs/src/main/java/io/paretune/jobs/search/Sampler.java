package io.paretune.jobs.search;

import java.util.List;

/**
 * Chooses what to try next. A sampler's choice follows from its settings, its seed, the history and
 * the number of the next trial alone, so that a study resumed by replaying its tells goes on as it
 * would have. One sampler serves one study and is not safe for use by many threads.
 */
public interface Sampler {
  /**
   * Proposes points to try, the first of which will be trial number {@code firstId}. Every point
   * satisfies the known constraints, unless none was found that does; {@link Study#ask} then starts
   * nothing.
   */
  List<Point> propose(History history, long firstId, int count);

  /** A trial was told: a chance to learn from it before the next proposal is waited for. */
  default void told(History history) {}
}
