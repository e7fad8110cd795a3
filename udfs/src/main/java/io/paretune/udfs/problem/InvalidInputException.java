package io.paretune.udfs.problem;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The user's input is wrong. Commands print the problems, one a line and without a stack trace, and
 * end with exit status 2.
 */
public final class InvalidInputException extends RuntimeException {
  private final List<Problem> problems;

  /**
   * @throws IllegalArgumentException if there is no problem to report
   */
  public InvalidInputException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("no problem given");
    }
    this.problems = List.copyOf(problems);
  }

  public InvalidInputException(String where, String what, String remedy) {
    this(List.of(new Problem(where, what, remedy)));
  }

  public InvalidInputException(String where, String what) {
    this(where, what, "");
  }

  /** Every problem found, in the order found; never empty. */
  public List<Problem> problems() {
    return problems;
  }
}
