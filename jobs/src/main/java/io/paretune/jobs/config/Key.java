package io.paretune.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigMemorySize;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.paretune.udfs.problem.InvalidInputException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A key of the configuration and how its value is read.
 *
 * @param path dotted, such as {@code study.trials}
 * @param expected what a value must be, for messages: "a whole number from 1 to 10"
 * @param reader throws {@link IllegalArgumentException} or {@link ConfigException} for anything
 *     else
 */
record Key<T>(String path, String expected, Reader<T> reader) {

  /** Reads one value that is set. */
  interface Reader<T> {
    T read(Config config, String path);
  }

  /** The key's value, which must be set. */
  T read(Config config) {
    return reader.read(config, path);
  }

  static Key<String> text(String path) {
    return new Key<>(path, "a text that is not empty", Key::nonEmpty);
  }

  /** A name that can stand in a table and a path. */
  static Key<String> name(String path) {
    return new Key<>(
        path,
        "a name of letters, digits, '.', '_' and '-'",
        (c, p) -> checked(c.getString(p), Key::isName));
  }

  /** Distinct names; may be empty. */
  static Key<List<String>> names(String path) {
    return listOf(
            path,
            "a list of names of letters, digits, '.', '_' and '-'",
            v -> checked(textOf(v), Key::isName),
            list -> true)
        .map(list -> list.stream().distinct().toList());
  }

  private static boolean isName(String text) {
    return text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  }

  static Key<Integer> wholeNumber(String path, int least, int most) {
    String expected =
        most == Integer.MAX_VALUE
            ? "a whole number of at least " + least
            : "a whole number from " + least + " to " + most;
    return new Key<>(path, expected, (c, p) -> whole(c.getNumber(p), least, most));
  }

  static Key<Long> seed(String path) {
    return new Key<>(path, "a whole number", (c, p) -> checkedLong(c.getNumber(p), c.getString(p)));
  }

  /** A share in [0, 1). */
  static Key<Double> share(String path) {
    return new Key<>(
        path, "a share from 0 to below 1", (c, p) -> checked(c.getDouble(p), v -> v >= 0 && v < 1));
  }

  static Key<Double> confidence(String path) {
    return new Key<>(
        path,
        "a share above 0 and below 1",
        (c, p) -> checked(c.getDouble(p), v -> v > 0 && v < 1));
  }

  /** A share in (0, 1). */
  static Key<Double> positiveShare(String path) {
    return new Key<>(
        path,
        "a share above 0 and below 1",
        (c, p) -> checked(c.getDouble(p), v -> v > 0 && v < 1));
  }

  static Key<Boolean> yesOrNo(String path) {
    return new Key<>(path, "true or false", Config::getBoolean);
  }

  /** Bytes, at least one. */
  static Key<Long> size(String path) {
    return new Key<>(
        path,
        "a size above 0 such as 500 MB or 8 GiB",
        (c, p) -> {
          ConfigMemorySize size = c.getMemorySize(p);
          return checked(size.toBytes(), bytes -> bytes > 0);
        });
  }

  static Key<Duration> duration(String path) {
    return new Key<>(
        path,
        "a time above 0 such as 90 s or 2 hours",
        (c, p) -> checked(c.getDuration(p), d -> !d.isZero() && !d.isNegative()));
  }

  /** An address of a service. A value that may hold a secret by mistake is not repeated. */
  static Key<String> httpUrl(String path) {
    return unrepeated(
        path,
        "an address such as https://host/v1, without user, key or query in it",
        "https?://[^\\s@?#/]+(/[^\\s@?#]*)?");
  }

  /**
   * The name of an environment variable. A value that may be a secret by mistake is not repeated.
   */
  static Key<String> environmentVariable(String path) {
    return unrepeated(
        path, "the name of an environment variable, never a key itself", "[A-Za-z_][A-Za-z0-9_]*");
  }

  private static Key<String> unrepeated(String path, String expected, String pattern) {
    return of(
        path,
        expected,
        text -> {
          if (!text.matches(pattern)) {
            throw new InvalidInputException(
                path, "is something else than it should be", "must be " + expected);
          }
          return text;
        });
  }

  /** A local path or a URI; what is relative to a file becomes absolute. */
  static Key<String> location(String path) {
    return new Key<>(
        path, "a path or a URI", (c, p) -> resolve(nonEmpty(c, p), c.getValue(p).origin()));
  }

  static Key<List<String>> locations(String path) {
    return listOf(
        path,
        "a list of paths or URIs",
        v -> resolve(checked(textOf(v), s -> !s.isBlank()), v.origin()),
        list -> !list.isEmpty());
  }

  /** Distinct shares in [0, 1), ascending. */
  static Key<List<Double>> shares(String path, int least) {
    return listOf(
            path,
            "a list of "
                + (least > 0 ? "at least " + least + " " : "")
                + "shares from 0 to below 1",
            v -> checked(Double.valueOf(textOf(v)), d -> d >= 0 && d < 1),
            list -> list.size() >= least)
        .map(list -> list.stream().map(d -> d + 0.0).distinct().sorted().toList());
  }

  /** Nothing, or three shares that add up to 1: calibration, search, held out. */
  static Key<List<Double>> splitShares(String path) {
    return listOf(
        path,
        "[] or three shares that add up to 1, such as [0.2, 0.4, 0.4]",
        v -> checked(Double.valueOf(textOf(v)), d -> d > 0 && d < 1),
        list ->
            list.isEmpty()
                || (list.size() == 3
                    && Math.abs(list.stream().mapToDouble(d -> d).sum() - 1) < 1e-6));
  }

  static Key<Double> weight(String path) {
    return new Key<>(
        path,
        "a number above 0",
        (c, p) -> checked(c.getDouble(p), v -> v > 0 && !Double.isInfinite(v)));
  }

  /** A non-empty list of some of the given numbers, distinct and in the order of {@code known}. */
  static Key<List<Integer>> someOf(String path, List<Integer> known) {
    return listOf(
            path,
            "a list of some of " + known,
            v -> checked(Integer.valueOf(textOf(v)), known::contains),
            list -> !list.isEmpty())
        .map(list -> known.stream().filter(list::contains).toList());
  }

  /** One of the values, by the name that {@code key} gives it. */
  static <T> Key<T> oneOf(String path, T[] values, Function<T, String> key) {
    List<String> names = Arrays.stream(values).map(key).toList();
    return new Key<>(
        path,
        "one of " + String.join(", ", names),
        (c, p) -> {
          int index = names.indexOf(c.getString(p));
          return values[Math.max(index, checked(index, i -> i >= 0))];
        });
  }

  /** A non-empty list of some of the values, distinct and in the order given; one is a list too. */
  static <T> Key<List<T>> someOneOf(String path, T[] values, Function<T, String> key) {
    List<String> names = Arrays.stream(values).map(key).toList();
    return listOf(
            path,
            "one or a list of " + String.join(", ", names),
            v -> values[names.indexOf(checked(textOf(v), names::contains))],
            list -> !list.isEmpty())
        .map(list -> list.stream().distinct().toList());
  }

  /** Read by a function that throws {@link InvalidInputException} itself. */
  static <T> Key<T> of(String path, String expected, Function<String, T> parse) {
    return new Key<>(path, expected, (c, p) -> parse.apply(c.getString(p)));
  }

  /** Empty where the key is not set. */
  Key<Optional<T>> optional() {
    return new Key<>(
        path, expected, (c, p) -> c.hasPath(p) ? Optional.of(reader.read(c, p)) : Optional.empty());
  }

  private <R> Key<R> map(Function<T, R> change) {
    return new Key<>(path, expected, (c, p) -> change.apply(reader.read(c, p)));
  }

  /** A single value is a list of one, and text with commas is split, as on a command line. */
  private static <E> Key<List<E>> listOf(
      String path, String expected, Function<ConfigValue, E> element, Predicate<List<E>> fits) {
    return new Key<>(
        path,
        expected,
        (c, p) -> {
          List<E> read = new ArrayList<>();
          for (ConfigValue value : elements(c.getValue(p))) {
            read.add(element.apply(value));
          }
          return checked(List.copyOf(read), fits);
        });
  }

  private static List<? extends ConfigValue> elements(ConfigValue value) {
    if (value instanceof ConfigList list) {
      return list;
    }
    if (value.valueType() == ConfigValueType.STRING) {
      return Arrays.stream(textOf(value).split(","))
          .map(String::strip)
          .map(s -> ConfigValueFactory.fromAnyRef(s).withOrigin(value.origin()))
          .toList();
    }
    return List.of(value);
  }

  private static String textOf(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
      default -> throw new IllegalArgumentException(value.render(ConfigRenderOptions.concise()));
    };
  }

  private static String nonEmpty(Config config, String path) {
    return checked(config.getString(path), s -> !s.isBlank());
  }

  private static String resolve(String location, ConfigOrigin origin) {
    if (isUri(location)) {
      return location;
    }
    Path path = Path.of(location);
    String file = origin.filename();
    Path base = file == null ? Path.of("") : Path.of(file).toAbsolutePath().resolveSibling("");
    return base.toAbsolutePath().resolve(path).normalize().toString();
  }

  private static boolean isUri(String location) {
    return location.matches("[A-Za-z][A-Za-z0-9+.-]+:.*") && URI.create(location).isAbsolute();
  }

  private static int whole(Number number, int least, int most) {
    double value = number.doubleValue();
    return (int) (double) checked(value, v -> v >= least && v <= most && v == Math.rint(v));
  }

  private static long checkedLong(Number number, String text) {
    return checked(number.longValue(), v -> Long.toString(v).equals(text));
  }

  private static <V> V checked(V value, Predicate<V> fits) {
    if (!fits.test(value)) {
      throw new IllegalArgumentException(String.valueOf(value));
    }
    return value;
  }

  /** The path's elements quoted where HOCON needs it, as {@link Config} wants them. */
  static String join(List<String> elements) {
    return ConfigUtil.joinPath(elements);
  }
}
