package io.paretune.jobs.command;

import java.util.List;
import java.util.stream.Collectors;

/** The texts of {@code --help}. */
final class Help {
  private static final String SPARK_OPTIONS = "[spark-submit options]";

  private Help() {}

  static String overview(List<Command> commands) {
    String list =
        commands.stream()
            .map(Command::spec)
            .map(spec -> "  %-11s %s%n".formatted(spec.name(), spec.summary()))
            .collect(Collectors.joining());
    return """
    Paretune finds the compression profiles of a large multimodal model that no other profile beats:
    how much to prune each decoder layer and how many bits each layer's KV cache gets.

    usage: ./paretune %s COMMAND [options] [key=value …]

    commands:
    %s
    ./paretune COMMAND --help explains a command; conf/paretune.conf explains every key;
    ./paretune --version says what is run.
    Results go to standard output, logs and progress to standard error.
    Exit status: 0 done; 2 what you gave is wrong, every problem is listed; 1 anything else: a
    failure, or what may pass, such as another driver on the study.
    """
        .formatted(SPARK_OPTIONS, list);
  }

  static String of(CommandSpec spec) {
    boolean spark = spec.engine() == CommandSpec.Engine.SPARK;
    boolean configured = spec.configuration().isPresent();
    StringBuilder text = new StringBuilder(spec.summary()).append("\n\nusage: ./paretune ");
    text.append(spark ? SPARK_OPTIONS + " " : "").append(spec.name());
    for (List<Option<?>> group : spec.alternatives()) {
      text.append(" (")
          .append(group.stream().map(Option::usage).collect(Collectors.joining(" | ")))
          .append(')');
    }
    for (Option<?> option : spec.options()) {
      if (option.isRequired()) {
        text.append(' ').append(option.usage());
      }
    }
    text.append(" [options]").append(configured ? " [key=value …]" : "").append("\n\noptions:\n");
    for (Option<?> option : ArgumentParser.optionsOf(spec)) {
      text.append(line(option));
    }
    spec.configuration().ifPresent(c -> text.append(configuration(c)));
    text.append(spec.example().isEmpty() ? "" : "\n" + spec.example());
    return text.toString();
  }

  /** What is longer than its column has its help below it. */
  private static String line(Option<?> option) {
    String usage = "  %-28s".formatted(option.usage());
    String gap = usage.length() > 30 ? "%n%31s".formatted("") : " ";
    return usage + gap + option.help() + note(option) + "\n";
  }

  private static String note(Option<?> option) {
    if (option.isFlag()) {
      return "";
    }
    return option.isRequired()
        ? " (required)"
        : option.defaultText().map(d -> " (default: " + d + ")").orElse("");
  }

  private static String configuration(CommandSpec.Configuration configuration) {
    StringBuilder text = new StringBuilder("\nkey=value sets a key of conf/paretune.conf");
    configuration
        .studyFile()
        .ifPresent(file -> text.append("; without --config, ").append(file).append(" is read"));
    if (!configuration.required().isEmpty()) {
      text.append("; these must be set there or in --config: ")
          .append(configuration.required().stream().sorted().collect(Collectors.joining(", ")));
    }
    return text.append('\n').toString();
  }
}
