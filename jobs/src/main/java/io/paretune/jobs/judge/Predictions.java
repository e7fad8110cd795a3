package io.paretune.jobs.judge;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers as {@code evaluate} writes them: one JSON line a question. */
public final class Predictions {
  /** Lines that cannot be used which an error lists. */
  private static final int LISTED = 20;

  private Predictions() {}

  /**
   * The predictions by question, in the file's order.
   *
   * @throws InvalidInputException naming the lines that are no prediction or repeat a question
   */
  public static Map<String, String> read(Path file) {
    Map<String, String> predictions = new LinkedHashMap<>();
    Problems problems = new Problems();
    int bad = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      int number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
        String wrong = line.isBlank() ? "" : take(line, predictions);
        if (!wrong.isEmpty() && ++bad <= LISTED) {
          problems.add(file + ":" + number, wrong);
        }
      }
    } catch (CharacterCodingException e) {
      problems.add(file.toString(), "is no UTF-8 text");
    } catch (IOException e) {
      problems.add(file.toString(), "cannot be read: " + e, "give the file that evaluate wrote");
    }
    if (bad > LISTED) {
      problems.add(file.toString(), bad - LISTED + " further lines cannot be used");
    }
    if (problems.isEmpty() && predictions.isEmpty()) {
      problems.add(file.toString(), "holds no prediction", "give the file that evaluate wrote");
    }
    problems.throwIfAny();
    return predictions;
  }

  /** What is wrong with the line, or nothing. */
  private static String take(String line, Map<String, String> predictions) {
    try {
      JsonObject object = JsonParser.parseString(line).getAsJsonObject();
      String id = text(object.get("sample_id"));
      if (predictions.putIfAbsent(id, text(object.get("prediction"))) != null) {
        return "sample \"" + id + "\" was predicted before";
      }
      return "";
    } catch (JsonParseException | IllegalStateException | IllegalArgumentException e) {
      return "is no {\"sample_id\": …, \"prediction\": …}";
    }
  }

  private static String text(JsonElement value) {
    if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw new IllegalArgumentException("no text");
    }
    return value.getAsString();
  }
}
