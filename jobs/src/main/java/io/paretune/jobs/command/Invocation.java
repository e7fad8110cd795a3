package io.paretune.jobs.command;

import io.paretune.jobs.config.ParetuneConfig;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One run of a command.
 *
 * @param arguments the values of its options
 * @param configIfRead the configuration, for commands that are configured
 * @param home Paretune's directory, where {@code conf} is, if it is known
 * @param in standard input
 * @param out standard output, for results only; what libraries print goes to standard error
 */
public record Invocation(
    Arguments arguments,
    Optional<ParetuneConfig> configIfRead,
    Optional<Path> home,
    InputStream in,
    PrintStream out) {

  /** The configuration of a command that is configured. */
  public ParetuneConfig config() {
    return configIfRead.orElseThrow(
        () -> new IllegalStateException("the command is not configured"));
  }

  /** As {@link Arguments#value}. */
  public <T> T value(Option<T> option) {
    return arguments.value(option);
  }
}
