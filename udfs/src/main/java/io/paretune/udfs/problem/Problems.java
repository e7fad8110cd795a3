package io.paretune.udfs.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects problems so that the user sees all of them at once. Not safe for use by many threads.
 */
public final class Problems {
  private final List<Problem> found = new ArrayList<>();

  /** Notes a problem that has an obvious remedy. */
  public void add(String where, String what, String remedy) {
    found.add(new Problem(where, what, remedy));
  }

  /** Notes a problem whose statement already says what to do. */
  public void add(String where, String what) {
    add(where, what, "");
  }

  /** Notes a problem. */
  public void add(Problem problem) {
    found.add(problem);
  }

  /** Notes everything that another check found. */
  public void addAll(List<Problem> others) {
    found.addAll(others);
  }

  /**
   * Runs a check; what it throws is noted here and {@code null} returned, so that checking goes on.
   */
  public <T> @Nullable T collect(Supplier<T> check) {
    try {
      return check.get();
    } catch (InvalidInputException e) {
      found.addAll(e.problems());
      return null;
    }
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Throws {@link InvalidInputException} with everything that was noted, if anything was. */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new InvalidInputException(found);
    }
  }
}
