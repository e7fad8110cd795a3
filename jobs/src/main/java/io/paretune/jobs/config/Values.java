package io.paretune.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.Problems;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The read values of all keys. */
final class Values {
  private final Map<Key<?>, Object> read;

  private Values(Map<Key<?>, Object> read) {
    this.read = Map.copyOf(read);
  }

  /**
   * Reads every key and notes every problem.
   *
   * @param required paths of keys that must be set although they have no default
   * @throws InvalidInputException if {@code problems} holds any at the end
   */
  static Values read(Config config, List<Key<?>> keys, Set<String> required, Problems problems) {
    Map<Key<?>, Object> read = new HashMap<>();
    for (Key<?> key : keys) {
      if (required.contains(key.path()) && !config.hasPath(key.path())) {
        problems.add(key.path(), "is not set", "give " + key.path() + "=…: " + key.expected());
        continue;
      }
      try {
        read.put(key, key.read(config));
      } catch (ConfigException.Missing e) {
        problems.add(key.path(), "is not set", "must be " + key.expected());
      } catch (ConfigException | IllegalArgumentException e) {
        problems.add(place(config, key), "is " + render(config, key), "must be " + key.expected());
      } catch (InvalidInputException e) {
        for (Problem p : e.problems()) {
          problems.add(place(config, key) + part(p.where(), key), p.what(), p.remedy());
        }
      }
    }
    problems.throwIfAny();
    return new Values(read);
  }

  /** Which of a list's elements a problem is in, such as {@code [2]}. */
  private static String part(String where, Key<?> key) {
    return where.startsWith(key.path()) ? where.substring(key.path().length()) : "";
  }

  @SuppressWarnings("unchecked") // Only read(), above, puts values in, each under its own key.
  <T> T get(Key<T> key) {
    Object value = read.get(key);
    if (value == null) {
      throw new IllegalStateException(key.path() + " is not in Keys.ALL");
    }
    return (T) value;
  }

  private static String place(Config config, Key<?> key) {
    if (!config.hasPath(key.path())) {
      return key.path();
    }
    ConfigValue value = config.getValue(key.path());
    // A list given in several lines has its first element's line, not its own.
    boolean hasElements = value instanceof ConfigList list && !list.isEmpty();
    ConfigOrigin origin = hasElements ? ((ConfigList) value).get(0).origin() : value.origin();
    return ConfigFiles.where(origin).map(w -> w + ": ").orElse("") + key.path();
  }

  private static String render(Config config, Key<?> key) {
    return config.hasPath(key.path())
        ? config.getValue(key.path()).render(ConfigRenderOptions.concise())
        : "not set";
  }
}
