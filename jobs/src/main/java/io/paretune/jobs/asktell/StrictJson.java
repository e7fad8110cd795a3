package io.paretune.jobs.asktell;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads JSON as the standard has it: no NaN, no comments, nothing after the value. */
final class StrictJson {
  /** Brackets within brackets; what is deeper would cost more stack than there is. */
  private static final int MOST_NESTED = 64;

  private StrictJson() {}

  /** The object that the text is, or a message saying why it is none. */
  static JsonObject object(String text) throws JsonParseException {
    if (nesting(text) > MOST_NESTED) {
      throw new JsonParseException("more than " + MOST_NESTED + " brackets within one another");
    }
    JsonReader reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    try {
      JsonElement element = JsonParser.parseReader(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonParseException("something follows the JSON value");
      }
      if (!element.isJsonObject()) {
        throw new JsonParseException("must be a JSON object");
      }
      return element.getAsJsonObject();
    } catch (IOException | JsonParseException | NumberFormatException | IllegalStateException e) {
      throw new JsonParseException(message(e), e);
    }
  }

  /** The most brackets that are open at once, those in strings not counted. */
  private static int nesting(String text) {
    int open = 0;
    int most = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (quoted) {
        i += c == '\\' ? 1 : 0; // what is escaped ends no string
      } else if (c == '[' || c == '{') {
        most = Math.max(most, ++open);
      } else if (c == ']' || c == '}') {
        open--;
      }
    }
    return most;
  }

  private static String message(Exception e) {
    Throwable cause = e.getCause() instanceof MalformedJsonException ? e.getCause() : e;
    String message = String.valueOf(cause.getMessage());
    if (!(cause instanceof MalformedJsonException)) {
      return e.getCause() == null ? message : "not valid JSON";
    }
    int at = message.indexOf(" at line ");
    return "not valid JSON"
        + (at < 0 ? "" : message.substring(at).replaceFirst("\\nSee .*", ""))
        + " (NaN and Infinity are not JSON)";
  }

  static boolean isNumber(@Nullable JsonElement e) {
    return e instanceof JsonPrimitive p && p.isNumber();
  }

  /** A finite number. */
  static OptionalDouble number(@Nullable JsonElement e) {
    if (!isNumber(e) || e == null) {
      return OptionalDouble.empty();
    }
    double value = e.getAsDouble();
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  /** A whole number that fits a long; 3.0 is one. */
  static OptionalLong whole(@Nullable JsonElement e) {
    if (isNumber(e) && e != null) {
      try {
        return OptionalLong.of(e.getAsBigDecimal().longValueExact());
      } catch (ArithmeticException | NumberFormatException ex) {
        return OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  static Optional<String> string(@Nullable JsonElement e) {
    return e instanceof JsonPrimitive p && p.isString()
        ? Optional.of(p.getAsString())
        : Optional.empty();
  }

  /** The element as it may be shown in a message: never more than a line's worth. */
  static String shown(@Nullable JsonElement e) {
    if (e instanceof JsonArray array) {
      return array.isEmpty() ? "[]" : "an array of " + array.size();
    }
    if (e instanceof JsonObject) {
      return "an object";
    }
    String text = String.valueOf(e);
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
