package io.paretune.jobs.command;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a command line of a command can say.
 *
 * @param name the word that chooses the command
 * @param summary one line for {@code --help}, without a full stop
 * @param engine what must be there before it runs
 * @param options its own options
 * @param alternatives groups of options of which exactly one is given
 * @param configuration how it is configured, if it reads the configuration
 * @param example shown at the end of {@code --help}, whole lines; may be empty
 */
public record CommandSpec(
    String name,
    String summary,
    Engine engine,
    List<Option<?>> options,
    List<List<Option<?>>> alternatives,
    Optional<Configuration> configuration,
    String example) {

  /** What a command runs in. */
  public enum Engine {
    /** Plain Java: no class of Spark is loaded, and the command starts at once. */
    JAVA,
    /** A Spark driver. */
    SPARK
  }

  /**
   * A command that takes {@code --config FILE} and {@code key=value}.
   *
   * @param required keys without a default that it cannot do without
   * @param studyFile the study that is read when no {@code --config} is given, relative to
   *     Paretune's directory
   */
  public record Configuration(Set<String> required, Optional<String> studyFile) {}

  public CommandSpec {
    options = List.copyOf(options);
    alternatives = List.copyOf(alternatives);
  }

  /** A command without options. */
  public static CommandSpec of(String name, String summary, Engine engine) {
    return new CommandSpec(name, summary, engine, List.of(), List.of(), Optional.empty(), "");
  }

  /** The same with options of its own. */
  public CommandSpec with(Option<?>... more) {
    return new CommandSpec(
        name, summary, engine, join(options, List.of(more)), alternatives, configuration, example);
  }

  /** The same with options of which exactly one must be given. */
  public CommandSpec withOneOf(Option<?>... group) {
    return new CommandSpec(
        name,
        summary,
        engine,
        join(options, List.of(group)),
        join(alternatives, List.of(List.of(group))),
        configuration,
        example);
  }

  /** The same with {@code --config FILE} and {@code key=value}; these keys must be set. */
  public CommandSpec configured(String... required) {
    return new CommandSpec(
        name,
        summary,
        engine,
        options,
        alternatives,
        Optional.of(new Configuration(Set.of(required), Optional.empty())),
        example);
  }

  /** The same, for a configured command that has a study of its own. */
  public CommandSpec withStudy(String file) {
    Configuration own =
        configuration.orElseThrow(() -> new IllegalStateException(name + " is not configured"));
    return new CommandSpec(
        name,
        summary,
        engine,
        options,
        alternatives,
        Optional.of(new Configuration(own.required(), Optional.of(file))),
        example);
  }

  /** The same with an example of its use. */
  public CommandSpec withExample(String lines) {
    return new CommandSpec(name, summary, engine, options, alternatives, configuration, lines);
  }

  private static <T> List<T> join(List<? extends T> first, List<? extends T> second) {
    return Stream.<T>concat(first.stream(), second.stream()).toList();
  }
}
