package io.paretune.jobs.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Keeps the stack traces that users are not shown.
 *
 * @param directory made when it is needed
 */
public record FailureLog(Path directory, Clock clock) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

  /** Writes the trace to a file of its own and returns a line that says where it is. */
  String write(List<String> words, Throwable error) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    Path file = directory.resolve("failure-" + STAMP.format(clock.instant()) + ".log");
    try {
      Files.createDirectories(directory);
      Files.writeString(file, "paretune " + String.join(" ", words) + "\n" + trace);
      return "the stack trace is in " + file;
    } catch (IOException e) {
      return trace + "(" + file + " cannot be written: " + e.getMessage() + ")";
    }
  }

  /** The kind of an error and the first line of its message. */
  static String summary(Throwable error) {
    String kind = error.getClass().getSimpleName();
    String message = error.getMessage();
    return message == null || message.isBlank()
        ? kind
        : kind + ": " + message.strip().lines().findFirst().orElse("");
  }
}
