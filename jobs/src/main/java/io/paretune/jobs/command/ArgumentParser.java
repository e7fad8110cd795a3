package io.paretune.jobs.command;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.problem.Suggestion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the words after a command's name and notes everything that is wrong with them. */
final class ArgumentParser {
  static final Option<Path> CONFIG =
      Option.path("--config", "FILE", "the study's configuration, over conf/paretune.conf");
  static final Option<Boolean> VERBOSE =
      Option.flag("--verbose", "log more, and show the stack trace of an error");

  private final CommandSpec spec;
  private final Map<String, Option<?>> known = new LinkedHashMap<>();
  private final Map<String, List<Object>> values = new HashMap<>();
  private final Set<Option<?>> unread = new HashSet<>();
  private final List<String> overrides = new ArrayList<>();
  private final Problems problems;

  /**
   * What was read.
   *
   * @param overrides {@code key=value} words, in order
   * @param unread options that were meant and could not be read: misspelt, or without a value
   */
  record Parsed(Arguments arguments, List<String> overrides, Set<Option<?>> unread) {}

  private ArgumentParser(CommandSpec spec, Problems problems) {
    this.spec = spec;
    this.problems = problems;
    optionsOf(spec).forEach(option -> known.put(option.name(), option));
  }

  /** Every option of a command, those that all commands have included. */
  static List<Option<?>> optionsOf(CommandSpec spec) {
    List<Option<?>> options = new ArrayList<>(spec.options());
    if (spec.configuration().isPresent()) {
      options.add(CONFIG);
    }
    options.add(VERBOSE);
    return options;
  }

  /** Notes every problem; what is read then is all that could be understood. */
  static Parsed parse(CommandSpec spec, List<String> words, Problems problems) {
    ArgumentParser parser = new ArgumentParser(spec, problems);
    parser.read(words);
    parser.checkPresence();
    return new Parsed(
        new Arguments(parser.values), List.copyOf(parser.overrides), Set.copyOf(parser.unread));
  }

  private void read(List<String> words) {
    int next = 0;
    while (next < words.size()) {
      String word = words.get(next++);
      if (!word.startsWith("-") || word.equals("-")) {
        readOverride(word);
        continue;
      }
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      Option<?> option = known.get(name);
      if (option == null) {
        problems.add(
            name,
            spec.name() + " has no such option",
            Suggestion.remedy(name, known.keySet(), "see ./paretune " + spec.name() + " --help"));
        Suggestion.nearest(name, known.keySet()).map(known::get).ifPresent(unread::add);
        // Its value, if it has one, is not a mistake of its own.
        if (equals < 0 && next < words.size() && isValue(words.get(next))) {
          next++;
        }
      } else if (option.isFlag()) {
        add(option, equals < 0 ? "true" : word.substring(equals + 1));
      } else if (equals >= 0) {
        add(option, word.substring(equals + 1));
      } else if (next == words.size() || words.get(next).startsWith("--")) {
        problems.add(name, "lacks its value", "give " + option.usage());
        unread.add(option);
      } else {
        add(option, words.get(next++));
        while (option.isRepeated() && next < words.size() && isValue(words.get(next))) {
          add(option, words.get(next++));
        }
      }
    }
  }

  private boolean isValue(String word) {
    return !word.startsWith("-") && !(spec.configuration().isPresent() && word.contains("="));
  }

  private void readOverride(String word) {
    if (spec.configuration().isPresent() && word.contains("=")) {
      overrides.add(word);
    } else if (spec.configuration().isPresent()) {
      problems.add("\"" + word + "\"", "is neither an option nor key=value");
    } else {
      problems.add(
          "\"" + word + "\"", "is not an option", "see ./paretune " + spec.name() + " --help");
    }
  }

  private void add(Option<?> option, String text) {
    List<Object> all = values.computeIfAbsent(option.name(), n -> new ArrayList<>());
    if (!all.isEmpty() && !option.isRepeated()) {
      problems.add(option.name(), "is given more than once");
      return;
    }
    parse(option, text).ifPresent(all::add);
  }

  private Optional<Object> parse(Option<?> option, String text) {
    try {
      if (text.isBlank()) {
        throw new IllegalArgumentException("give " + option.usage());
      }
      if (option.isFlag() && !text.equals("true") && !text.equals("false")) {
        throw new IllegalArgumentException("takes no value");
      }
      return Optional.of(option.parse().apply(text));
    } catch (InvalidInputException e) {
      problems.addAll(e.problems());
    } catch (IllegalArgumentException e) {
      problems.add(option.name(), "is \"" + text + "\"", String.valueOf(e.getMessage()));
    }
    return Optional.empty();
  }

  /** What was meant and not understood is not said to be missing as well. */
  private boolean isMeant(Option<?> option) {
    return values.containsKey(option.name()) || unread.contains(option);
  }

  private void checkPresence() {
    for (List<Option<?>> group : spec.alternatives()) {
      String names = group.stream().map(Option::usage).collect(Collectors.joining(" or "));
      long given = group.stream().filter(this::isMeant).count();
      if (given == 0) {
        problems.add(spec.name(), "lacks " + names);
      } else if (given > 1) {
        problems.add(spec.name(), "takes only one of " + names);
      }
    }
    for (Option<?> option : known.values()) {
      if (isMeant(option)) {
        continue;
      }
      if (option.defaultText().isPresent()) {
        add(option, option.defaultText().get());
      } else if (option.isRequired()) {
        problems.add(spec.name(), "lacks " + option.usage(), option.help());
      }
    }
  }
}
