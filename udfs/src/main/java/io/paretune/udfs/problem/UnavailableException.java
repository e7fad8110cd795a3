package io.paretune.udfs.problem;

import java.io.Serial;

/**
 * Something stands in the way that may pass: another driver runs the study, a store does not
 * answer. Nothing that the user gave need be wrong, so commands say it in a line, without a stack
 * trace, and end with the exit status of a failure: whoever started them may try again.
 */
public final class UnavailableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Problem problem;

  public UnavailableException(Problem problem) {
    super(problem.toString());
    this.problem = problem;
  }

  public UnavailableException(Problem problem, Throwable cause) {
    super(problem.toString(), cause);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
