package io.paretune.jobs;

import io.paretune.jobs.command.CommandLine;
import io.paretune.jobs.command.Commands;
import io.paretune.jobs.command.FailureLog;
import io.paretune.jobs.command.Termination;
import io.paretune.udfs.checkpoint.UserCache;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The main class: {@code spark-submit --class io.paretune.jobs.Paretune … COMMAND …}. */
public final class Paretune {
  private Paretune() {}

  public static void main(String[] words) {
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    // Standard output is for results: what a library prints must not end up among them.
    System.setOut(err);
    CommandLine commandLine =
        new CommandLine(
            Commands.ALL,
            Optional.ofNullable(System.getenv("PARETUNE_HOME")).map(Path::of),
            new FailureLog(UserCache.directory().resolve("logs"), Clock.systemUTC()),
            Termination.watched(err),
            System.in,
            out,
            err);
    int status = commandLine.run(List.of(words));
    // A return lets spark-submit end in order; only failures need a status.
    if (status != CommandLine.DONE) {
      System.exit(status);
    }
  }
}
