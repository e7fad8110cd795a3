package io.paretune.jobs.command;

import io.paretune.jobs.config.ParetuneConfig;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.problem.Suggestion;
import io.paretune.udfs.problem.UnavailableException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs the command that a command line asks for and turns what happens into an exit status.
 *
 * @param commands every command there is
 * @param home Paretune's directory, if it is known
 * @param failures where the stack traces of unexpected errors go
 * @param termination a signal that may end the process meanwhile
 */
public record CommandLine(
    List<Command> commands,
    Optional<Path> home,
    FailureLog failures,
    Termination termination,
    InputStream in,
    PrintStream out,
    PrintStream err) {
  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int INVALID_INPUT = 2;

  private static final Set<String> HELP = Set.of("--help", "-h", "help");
  private static final String VERSION = "--version";

  /** The exit status. */
  public int run(List<String> words) {
    boolean verbose = words.contains(ArgumentParser.VERBOSE.name());
    try {
      if (words.isEmpty()) {
        err.print(Help.overview(commands));
        return INVALID_INPUT;
      }
      if (HELP.contains(words.get(0))) {
        out.print(words.size() > 1 ? Help.of(find(words.get(1)).spec()) : Help.overview(commands));
        return DONE;
      }
      if (words.get(0).equals(VERSION)) {
        out.print(Version.text());
        return DONE;
      }
      Command command = find(words.get(0));
      List<String> rest = words.subList(1, words.size());
      if (rest.contains("--help") || rest.contains("-h")) {
        out.print(Help.of(command.spec()));
        return DONE;
      }
      run(command, rest, verbose);
      return DONE;
    } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
      return report(words, e, verbose);
    } finally {
      out.flush();
    }
  }

  private void run(Command command, List<String> words, boolean verbose) throws Exception {
    CommandSpec spec = command.spec();
    Problems problems = new Problems();
    ArgumentParser.Parsed parsed = ArgumentParser.parse(spec, words, problems);
    Optional<ParetuneConfig> config =
        spec.configuration()
            .flatMap(how -> Optional.ofNullable(problems.collect(() -> configure(how, parsed))));
    problems.throwIfAny();
    if (verbose || spec.engine() == CommandSpec.Engine.SPARK) {
      Logs.configure(verbose ? Logs.Detail.ALL : Logs.Detail.USUAL);
    }
    if (spec.engine() == CommandSpec.Engine.SPARK) {
      termination.commandStarts();
    }
    try {
      command.run(new Invocation(parsed.arguments(), config, home, in, out));
    } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
      if (!termination.hasBegun()) {
        throw e;
      }
    } finally {
      termination.commandEnds();
    }
  }

  private ParetuneConfig configure(CommandSpec.Configuration how, ArgumentParser.Parsed parsed) {
    Optional<Path> file =
        parsed
            .arguments()
            .valueIfGiven(ArgumentParser.CONFIG)
            .or(() -> how.studyFile().map(this::own));
    // What a file that is not read sets is not known: its keys are not said to be missing.
    boolean known = !parsed.unread().contains(ArgumentParser.CONFIG);
    return ParetuneConfig.read(file, parsed.overrides(), known ? how.required() : Set.of());
  }

  private Path own(String studyFile) {
    return home.orElseThrow(
            () ->
                new InvalidInputException(
                    "--config",
                    "is not given, and Paretune's directory with " + studyFile + " is not known",
                    "give --config FILE, or set PARETUNE_HOME"))
        .resolve(studyFile);
  }

  private Command find(String name) {
    List<String> names = new ArrayList<>(List.of("--help", VERSION));
    commands.forEach(c -> names.add(c.spec().name()));
    return commands.stream()
        .filter(c -> c.spec().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "\"" + name + "\"",
                    "there is no such command",
                    Suggestion.remedy(name, names, "./paretune --help lists them")));
  }

  private int report(List<String> words, Throwable error, boolean verbose) {
    Optional<InvalidInputException> invalid = cause(error, InvalidInputException.class);
    Optional<UnavailableException> unavailable = cause(error, UnavailableException.class);
    if (invalid.isPresent()) {
      Set<Problem> said = new HashSet<>();
      invalid.get().problems().stream().filter(said::add).forEach(err::println);
    } else if (unavailable.isPresent()) {
      err.println(unavailable.get().problem());
    } else {
      err.println("paretune " + firstOf(words) + " failed: " + FailureLog.summary(error));
      err.println(failures.write(words, error));
    }
    if (verbose) {
      error.printStackTrace(err);
    }
    return invalid.isPresent() ? INVALID_INPUT : FAILED;
  }

  private static String firstOf(List<String> words) {
    return words.isEmpty() ? "" : words.get(0);
  }

  /** It may have been found in an executor: then Spark's exceptions are around it. */
  private static <T extends Throwable> Optional<T> cause(Throwable error, Class<T> kind) {
    Set<Throwable> seen = new HashSet<>();
    for (@Nullable Throwable e = error; e != null && seen.add(e); e = e.getCause()) {
      if (kind.isInstance(e)) {
        return Optional.of(kind.cast(e));
      }
    }
    return Optional.empty();
  }
}
