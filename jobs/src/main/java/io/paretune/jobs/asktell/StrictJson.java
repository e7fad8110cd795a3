package io.paretune.jobs.asktell;

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
  private StrictJson() {}

  /** The object that the text is, or a message saying why it is none. */
  static JsonObject object(String text) throws JsonParseException {
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
    String text = String.valueOf(e);
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
