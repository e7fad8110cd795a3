package io.paretune.jobs.command;

/** One thing that the user can ask for. {@link Commands} lists them all. */
public interface Command {

  /** What a command line of it can say. */
  CommandSpec spec();

  /**
   * Validates everything before it writes anything, runs, and says what happened: results on {@link
   * Invocation#out}, progress in the log.
   *
   * @throws io.paretune.udfs.problem.InvalidInputException if the user's input is wrong: exit
   *     status 2
   * @throws Exception for anything else: exit status 1
   */
  void run(Invocation invocation) throws Exception;
}
