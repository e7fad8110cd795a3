package io.paretune.jobs.command;

import java.io.PrintStream;

/**
 * A signal that ends this process (SIGTERM of a scheduler, Ctrl-C). Spark stops itself meanwhile,
 * and what runs on it fails with errors that only look like errors.
 */
public final class Termination {
  private volatile boolean running;
  private volatile boolean begun;

  /** Watches this process, and says on {@code err} that a command was stopped. */
  public static Termination watched(PrintStream err) {
    Termination termination = new Termination();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> termination.begin(err), "stopped"));
    return termination;
  }

  private void begin(PrintStream err) {
    if (running) {
      begun = true;
      Logs.silence();
      err.println("paretune: stopped by a signal; the same command goes on");
    }
  }

  /** A command runs from now on. */
  void commandStarts() {
    running = true;
  }

  /** It ended by itself. */
  void commandEnds() {
    running = false;
  }

  /** Whether the process is ending while a command runs. */
  boolean hasBegun() {
    return begun;
  }
}
