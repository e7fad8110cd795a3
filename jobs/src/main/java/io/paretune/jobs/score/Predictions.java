package io.paretune.jobs.score;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.paretune.udfs.problem.Problems;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Stored answers: JSON lines {@code {"row": n, "text": "…"}}, rows from 0, in any order. */
final class Predictions {
  /** Lines that an error lists; it counts the others. */
  private static final int LISTED = 20;

  private Predictions() {}

  /** The texts by row; notes what is wrong with the file and its lines. */
  static Map<Long, String> read(Path file, Problems problems) {
    Map<Long, String> texts = new HashMap<>();
    Map<Long, String> wrong = new TreeMap<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      long number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        @Nullable String problem = line.isBlank() ? null : take(line, texts);
        if (problem != null) {
          wrong.put(number, problem);
        }
      }
    } catch (NoSuchFileException e) {
      problems.add(file.toString(), "does not exist", "give a file of JSON lines");
    } catch (CharacterCodingException e) {
      problems.add(file.toString(), "is no UTF-8 text");
    } catch (IOException e) {
      problems.add(file.toString(), "cannot be read: " + e.getMessage());
    }
    wrong.entrySet().stream()
        .limit(LISTED)
        .forEach(e -> problems.add(file + ":" + e.getKey(), e.getValue()));
    if (wrong.size() > LISTED) {
      problems.add(file.toString(), (wrong.size() - LISTED) + " more lines cannot be used");
    }
    return texts;
  }

  /** Why the line cannot be used, or null. */
  private static @Nullable String take(String line, Map<Long, String> texts) {
    try {
      JsonElement parsed = JsonParser.parseString(line);
      if (!(parsed instanceof JsonObject object)) {
        return "is no JSON object: {\"row\": 0, \"text\": \"…\"}";
      }
      JsonElement row = object.get("row");
      JsonElement text = object.get("text");
      if (row == null
          || !row.isJsonPrimitive()
          || !row.getAsJsonPrimitive().isNumber()
          || !row.getAsString().matches("[0-9]{1,18}")) {
        return "\"row\" must be a whole number from 0, was " + row;
      }
      if (text == null || !text.isJsonPrimitive() || !text.getAsJsonPrimitive().isString()) {
        return "\"text\" must be a string, was " + text;
      }
      return texts.put(row.getAsLong(), text.getAsString()) == null
          ? null
          : "row " + row + " was answered before";
    } catch (JsonParseException e) {
      return "is no JSON: " + e.getMessage();
    }
  }
}
