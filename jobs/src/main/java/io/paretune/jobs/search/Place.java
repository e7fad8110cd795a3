package io.paretune.jobs.search;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of a variable before any trial: which variables act like it, and where in the model
 * it sits.
 *
 * @param kind variables of one kind act alike, such as all layers' pruning ratios
 * @param position relative depth in [0, 1]; neighbours of one kind act more alike
 */
public record Place(Optional<String> kind, OptionalDouble position) {
  /** Nothing is known. */
  public static final Place UNKNOWN = new Place(Optional.empty(), OptionalDouble.empty());

  public Place {
    if (position.isPresent() && !(position.getAsDouble() >= 0 && position.getAsDouble() <= 1)) {
      throw new IllegalArgumentException(
          "position must be in [0, 1], was " + position.getAsDouble());
    }
  }

  public static Place of(String kind, double position) {
    return new Place(Optional.of(kind), OptionalDouble.of(position));
  }
}
