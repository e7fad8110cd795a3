package io.paretune.udfs.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to the keys of a JSON file. What is wrong with a key is noted with the file, the
 * key's path and the value, and a stand-in is returned so that the other keys are looked at too;
 * the caller must throw what was noted before it uses a value. A key that is {@code null} counts as
 * absent, as it does for transformers.
 */
final class JsonKeys {
  /** Far above any real configuration, far below what would hurt. */
  private static final long MAX_FILE_BYTES = 64L << 20;

  private final String file;
  private final String prefix;
  private final JsonObject object;
  private final Problems problems;

  private JsonKeys(String file, String prefix, JsonObject object, Problems problems) {
    this.file = file;
    this.prefix = prefix;
    this.object = object;
    this.problems = problems;
  }

  /**
   * Reads a whole file.
   *
   * @throws InvalidInputException if the file is absent, too large or holds no JSON object
   */
  static JsonKeys read(Path file, Problems problems) {
    return new JsonKeys(file.toString(), "", readObject(file), problems);
  }

  static JsonObject readObject(Path file) {
    String where = file.toString();
    String text = readText(file);
    try {
      JsonElement root = JsonParser.parseString(text);
      if (root.isJsonObject()) {
        return root.getAsJsonObject();
      }
    } catch (JsonParseException e) {
      throw new InvalidInputException(where, "is not JSON: " + e.getMessage());
    }
    throw new InvalidInputException(where, "must hold a JSON object");
  }

  static String readText(Path file) {
    String where = file.toString();
    try {
      if (!Files.isRegularFile(file)) {
        throw new InvalidInputException(where, "is not there", "a model directory needs this file");
      }
      long size = Files.size(file);
      if (size > MAX_FILE_BYTES) {
        throw new InvalidInputException(
            where, "has %d bytes; at most %d are read".formatted(size, MAX_FILE_BYTES));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidInputException(where, "cannot be read as UTF-8 text: " + e.getMessage());
    }
  }

  boolean has(String key) {
    return find(key) != null;
  }

  /** Where a problem with {@code key} is. */
  String where(String key) {
    return file + ": " + prefix + key;
  }

  void note(String key, String what, String remedy) {
    problems.add(where(key), what, remedy);
  }

  /** The object under {@code key}; an empty one if it is absent. */
  JsonKeys object(String key) {
    JsonElement found = find(key);
    JsonObject inner = new JsonObject();
    if (found != null && found.isJsonObject()) {
      inner = found.getAsJsonObject();
    } else if (found != null) {
      note(key, "must be an object, was " + shown(found), "");
    }
    return new JsonKeys(file, prefix + key + ".", inner, problems);
  }

  /** A whole number in {@code [least, most]}. */
  long whole(String key, @Nullable Long absent, long least, long most) {
    JsonElement found = find(key);
    if (found == null) {
      if (absent != null) {
        return absent;
      }
      note(key, "is missing", "");
      return least;
    }
    try {
      if (found.isJsonPrimitive() && found.getAsJsonPrimitive().isNumber()) {
        long value = found.getAsBigDecimal().longValueExact();
        if (value >= least && value <= most) {
          return value;
        }
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Falls through to the message below.
    }
    note(
        key,
        "must be a whole number from %d to %d, was %s".formatted(least, most, shown(found)),
        "");
    return least;
  }

  /** A positive size that fits an {@code int}. */
  int size(String key, @Nullable Integer absent) {
    return (int) whole(key, absent == null ? null : (long) absent, 1, Integer.MAX_VALUE);
  }

  /** A finite number greater than 0. */
  double positive(String key, double absent) {
    JsonElement found = find(key);
    if (found == null) {
      return absent;
    }
    if (found.isJsonPrimitive() && found.getAsJsonPrimitive().isNumber()) {
      double value = found.getAsDouble();
      if (value > 0 && Double.isFinite(value)) {
        return value;
      }
    }
    note(key, "must be a number greater than 0, was " + shown(found), "");
    return 1;
  }

  boolean flag(String key, boolean absent) {
    JsonElement found = find(key);
    if (found == null) {
      return absent;
    }
    if (found.isJsonPrimitive() && found.getAsJsonPrimitive().isBoolean()) {
      return found.getAsBoolean();
    }
    note(key, "must be true or false, was " + shown(found), "");
    return absent;
  }

  String text(String key, String absent) {
    JsonElement found = find(key);
    if (found == null) {
      return absent;
    }
    if (found.isJsonPrimitive() && found.getAsJsonPrimitive().isString()) {
      return found.getAsString();
    }
    note(key, "must be a string, was " + shown(found), "");
    return absent;
  }

  /** One of a few values by name. */
  <T> T oneOf(String key, String absent, Map<String, T> known) {
    String value = text(key, absent);
    T chosen = known.get(value);
    if (chosen != null) {
      return chosen;
    }
    note(
        key,
        "is \""
            + value
            + "\"; this version can run "
            + String.join(", ", new TreeSet<>(known.keySet())),
        "");
    return known.values().iterator().next();
  }

  /** A number or a list of numbers, each a token. */
  List<Long> tokens(String key, List<Long> absent) {
    JsonElement found = find(key);
    if (found == null) {
      return absent;
    }
    List<Long> ids = new ArrayList<>();
    Iterable<JsonElement> each = found.isJsonArray() ? found.getAsJsonArray() : List.of(found);
    for (JsonElement one : each) {
      try {
        if (one.isJsonPrimitive() && one.getAsJsonPrimitive().isNumber()) {
          ids.add(one.getAsBigDecimal().longValueExact());
          continue;
        }
      } catch (ArithmeticException | NumberFormatException e) {
        // Falls through to the message below.
      }
      note(key, "must be a token or a list of tokens, was " + shown(found), "");
      return absent;
    }
    return ids;
  }

  /** Exactly three numbers, one a colour. */
  List<Double> colours(String key, List<Double> absent) {
    JsonElement found = find(key);
    if (found == null) {
      return absent;
    }
    List<Double> numbers = new ArrayList<>();
    if (found.isJsonArray()) {
      for (JsonElement one : found.getAsJsonArray()) {
        if (one.isJsonPrimitive()
            && one.getAsJsonPrimitive().isNumber()
            && Double.isFinite(one.getAsDouble())) {
          numbers.add(one.getAsDouble());
        }
      }
      if (numbers.size() == 3 && found.getAsJsonArray().size() == 3) {
        return numbers;
      }
    }
    note(key, "must be three numbers, one each for red, green and blue, was " + shown(found), "");
    return absent;
  }

  @Nullable JsonElement find(String key) {
    JsonElement found = object.get(key);
    return found == null || found.isJsonNull() ? null : found;
  }

  static String shown(JsonElement value) {
    String text = value.toString();
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }
}
