package io.paretune.jobs.search;

import java.util.Optional;

/**
 * What the search makes small or large.
 *
 * @param known how to compute it without running the trial, where that is possible
 */
public record Objective(String name, Direction direction, Optional<Additive> known) {
  public static Objective minimize(String name) {
    return new Objective(name, Direction.MINIMIZE, Optional.empty());
  }

  public static Objective maximize(String name) {
    return new Objective(name, Direction.MAXIMIZE, Optional.empty());
  }

  /** This objective, known before a trial runs. */
  public Objective knownAs(Additive quantity) {
    return new Objective(name, direction, Optional.of(quantity));
  }
}
