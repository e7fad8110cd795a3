package io.paretune.jobs.command;

import io.paretune.udfs.cost.Workload;
import io.paretune.udfs.problem.InvalidInputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * An option of a command, such as {@code --seed N}.
 *
 * @param name with its dashes
 * @param placeholder of the value, such as {@code FILE}; empty for a switch
 * @param help one sentence without a full stop
 * @param parse reads one value; throws {@link InvalidInputException} or {@link
 *     IllegalArgumentException} with what the value must be
 * @param presence whether it must be given, and how often
 * @param defaultText the value that is used when it is not given, as the user would write it
 */
public record Option<T>(
    String name,
    String placeholder,
    String help,
    Function<String, T> parse,
    Presence presence,
    Optional<String> defaultText) {

  /** How often an option is given. */
  public enum Presence {
    OPTIONAL,
    REQUIRED,
    /** At least once; several values may also follow one another. */
    SEVERAL,
    /** Likewise, or not at all. */
    ANY_NUMBER
  }

  private static final Pattern NAME = Pattern.compile("--[a-z][a-z-]*");

  public Option {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("an option is named like --batch, not " + name);
    }
  }

  /** On or off. */
  public static Option<Boolean> flag(String name, String help) {
    return new Option<>(name, "", help, Boolean::valueOf, Presence.OPTIONAL, Optional.of("false"));
  }

  public static Option<String> text(String name, String placeholder, String help) {
    return optional(name, placeholder, help, text -> text);
  }

  /** A local file or directory; whether it exists is for the command to say. */
  public static Option<Path> path(String name, String placeholder, String help) {
    return optional(name, placeholder, help, Path::of);
  }

  public static Option<Integer> wholeNumber(
      String name, String placeholder, String help, int least) {
    return optional(name, placeholder, help, text -> (int) number(text, least, Integer.MAX_VALUE));
  }

  /** Whole numbers with commas between them. */
  public static Option<List<Long>> wholeNumbers(
      String name, String placeholder, String help, int least) {
    return optional(
        name,
        placeholder,
        help,
        text ->
            Arrays.stream(text.split(",", -1))
                .map(part -> number(part.strip(), least, Long.MAX_VALUE))
                .toList());
  }

  public static Option<Long> seed(String name, String help) {
    return optional(name, "N", help, text -> number(text, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  public static Option<Workload> workload(String name, String help) {
    return optional(name, "BATCHxCONTEXT", help, text -> Workload.parse(name, text));
  }

  /** One of the values, by the name that {@code key} gives it. */
  public static <T> Option<T> oneOf(String name, String help, T[] values, Function<T, String> key) {
    List<String> names = Arrays.stream(values).map(key).toList();
    return optional(
        name,
        String.join("|", names),
        help,
        text -> {
          int index = names.indexOf(text);
          if (index < 0) {
            throw new IllegalArgumentException("must be one of " + String.join(", ", names));
          }
          return values[index];
        });
  }

  private static <T> Option<T> optional(
      String name, String placeholder, String help, Function<String, T> parse) {
    return new Option<>(name, placeholder, help, parse, Presence.OPTIONAL, Optional.empty());
  }

  /** The same, but it must be given. */
  public Option<T> required() {
    return new Option<>(name, placeholder, help, parse, Presence.REQUIRED, Optional.empty());
  }

  /** The same, but it can be given several times. */
  public Option<T> anyNumber() {
    return new Option<>(name, placeholder, help, parse, Presence.ANY_NUMBER, Optional.empty());
  }

  /** The same, but it must be given and can be given several times. */
  public Option<T> several() {
    return new Option<>(name, placeholder, help, parse, Presence.SEVERAL, Optional.empty());
  }

  /** The same with a value for when it is not given, as the user would write it. */
  public Option<T> orElse(String text) {
    return new Option<>(name, placeholder, help, parse, presence, Optional.of(text));
  }

  boolean isRequired() {
    return presence == Presence.REQUIRED || presence == Presence.SEVERAL;
  }

  boolean isRepeated() {
    return presence == Presence.SEVERAL || presence == Presence.ANY_NUMBER;
  }

  boolean isFlag() {
    return placeholder.isEmpty();
  }

  /** As in help: {@code --samples FILE…}. */
  String usage() {
    if (isFlag()) {
      return name;
    }
    return name + " " + placeholder + (isRepeated() ? "…" : "");
  }

  private static long number(String text, long least, long most) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw new IllegalArgumentException(
        least == Long.MIN_VALUE
            ? "must be a whole number"
            : "must be a whole number of at least " + least);
  }
}
