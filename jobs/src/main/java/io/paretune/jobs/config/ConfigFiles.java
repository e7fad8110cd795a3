package io.paretune.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.paretune.udfs.problem.Problems;
import io.paretune.udfs.problem.Suggestion;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The layers of the configuration: packaged defaults, a study's file, the command line. */
final class ConfigFiles {
  static final String DEFAULTS = "paretune.conf";

  private ConfigFiles() {}

  /** The packaged defaults, unresolved. */
  static Config defaults() {
    try (InputStream in = ConfigFiles.class.getResourceAsStream("/" + DEFAULTS)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + DEFAULTS);
      }
      return ConfigFactory.parseReader(
          new InputStreamReader(in, StandardCharsets.UTF_8),
          ConfigParseOptions.defaults().setOriginDescription(DEFAULTS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A study's file; an empty configuration and a problem where it cannot be read. */
  static Config file(Path file, Problems problems) {
    if (!Files.isRegularFile(file)) {
      problems.add(file.toString(), "there is no such file", "see conf/studies for examples");
      return ConfigFactory.empty();
    }
    try {
      return ConfigFactory.parseFile(
          file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
    } catch (ConfigException e) {
      problems.add(where(e.origin()).orElse(file.toString()), statement(e));
      return ConfigFactory.empty();
    }
  }

  /**
   * {@code key=value} words. A value that starts with a bracket, a brace or a quote is HOCON;
   * anything else is taken as it stands, so that a URI needs no quotes.
   */
  static Config overrides(List<String> words, Problems problems) {
    Map<String, ConfigValue> values = new HashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      String where = "command line: " + word;
      if (equals < 1) {
        problems.add(where, "is neither an option nor key=value");
        continue;
      }
      String key = word.substring(0, equals);
      String text = word.substring(equals + 1).strip();
      try {
        ConfigUtil.splitPath(key);
        values.put(key, value(text));
      } catch (ConfigException e) {
        problems.add(where, statement(e));
      }
    }
    Config all = ConfigFactory.empty();
    for (Map.Entry<String, ConfigValue> entry : values.entrySet()) {
      all = all.withValue(entry.getKey(), entry.getValue());
    }
    return all;
  }

  private static ConfigValue value(String text) {
    boolean hocon = text.startsWith("[") || text.startsWith("{") || text.startsWith("\"");
    if (hocon || text.equals("null")) {
      ConfigObject parsed =
          ConfigFactory.parseString(
                  "value = " + text,
                  ConfigParseOptions.defaults().setOriginDescription("command line"))
              .root();
      return Objects.requireNonNull(parsed.get("value"), "the key that was just written");
    }
    return ConfigValueFactory.fromAnyRef(text, "command line");
  }

  /** Notes every key that {@code known} lacks, and returns the rest. */
  static Config withoutUnknown(Config given, Config known, Problems problems) {
    List<String> names = new ArrayList<>();
    visitLeaves(List.of(), known.root(), (path, value) -> names.add(Key.join(path)));
    List<String> unknown = new ArrayList<>();
    visitLeaves(
        List.of(),
        given.root(),
        (path, value) -> {
          String key = Key.join(path);
          if (!names.contains(key)) {
            unknown.add(key);
            String place = where(value.origin()).map(w -> w + ": ").orElse("") + key;
            List<String> group = under(key, names);
            if (group.isEmpty()) {
              String otherwise = "conf/paretune.conf lists every key with its default";
              problems.add(place, "there is no such key", Suggestion.remedy(key, names, otherwise));
            } else {
              problems.add(
                  place,
                  "is a group of keys and has no value of its own",
                  "it holds " + String.join(", ", group));
            }
          }
        });
    Config rest = given;
    for (String key : unknown) {
      rest = rest.withoutPath(key);
    }
    return rest;
  }

  private static List<String> under(String group, List<String> names) {
    return names.stream().filter(n -> n.startsWith(group + ".")).sorted().toList();
  }

  /** Calls back for every value that is no object, those set to null included. */
  static void visitLeaves(
      List<String> path, ConfigObject object, BiConsumer<List<String>, ConfigValue> visitor) {
    object.forEach(
        (name, value) -> {
          List<String> here = new ArrayList<>(path);
          here.add(name);
          if (value instanceof ConfigObject inner) {
            visitLeaves(here, inner, visitor);
          } else {
            visitor.accept(here, value);
          }
        });
  }

  /** {@code FILE:LINE}, or what else is known of where a value comes from. */
  static Optional<String> where(@Nullable ConfigOrigin origin) {
    if (origin == null) {
      return Optional.empty();
    }
    String file = origin.filename() != null ? origin.filename() : origin.description();
    boolean lineSaid = origin.filename() == null || origin.lineNumber() < 1;
    return Optional.of(lineSaid ? file : file + ":" + origin.lineNumber());
  }

  /** The library's message without the place, which is said before it. */
  static String statement(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    String place = e.origin() == null ? "" : e.origin().description() + ": ";
    return message.startsWith(place) ? message.substring(place.length()) : message;
  }

  /**
   * Fills in substitutions such as <code>${?HOME}</code>; where that fails, everything is reported
   * at once, since no key could be read after it.
   */
  static Config resolved(Config config, Problems problems) {
    try {
      return config.resolve();
    } catch (ConfigException e) {
      problems.add(where(e.origin()).orElse("configuration"), statement(e));
      problems.throwIfAny();
      throw e;
    }
  }
}
