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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of answers: JSON lines in any order, {@code {"row": 0, "text": "…"}} with rows of the
 * samples from 0, or {@code {"sample_id": "…", "prediction": "…"}} as {@code evaluate} writes them.
 *
 * @param file where they are from
 * @param texts by question, in the file's order
 */
public record StoredAnswers(Path file, Map<Question, String> texts) {
  private static final String FORM =
      "{\"row\": 0, \"text\": \"…\"} or {\"sample_id\": \"…\", \"prediction\": \"…\"}";

  /** Lines that an error lists; it counts the others. */
  private static final int LISTED = 20;

  /** How a line names what it answers. */
  public sealed interface Question {
    /** The place among all rows of the samples, from 0. */
    record Row(long number) implements Question {
      @Override
      public String toString() {
        return "row " + number;
      }
    }

    /** Its id. */
    record Id(String sampleId) implements Question {
      @Override
      public String toString() {
        return "sample \"" + sampleId + "\"";
      }
    }
  }

  /** Reads them; notes what is wrong with the file and its lines. */
  public static StoredAnswers read(Path file, Problems problems) {
    Map<Question, String> texts = new LinkedHashMap<>();
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
      if (texts.isEmpty() && wrong.isEmpty()) {
        problems.add(file.toString(), "holds no answer", "give JSON lines: " + FORM);
      }
    } catch (NoSuchFileException e) {
      problems.add(file.toString(), "does not exist", "give a file of JSON lines");
    } catch (CharacterCodingException e) {
      problems.add(file.toString(), "is no UTF-8 text");
    } catch (IOException e) {
      problems.add(file.toString(), "cannot be read: " + e);
    }
    wrong.entrySet().stream()
        .limit(LISTED)
        .forEach(e -> problems.add(file + ":" + e.getKey(), e.getValue()));
    if (wrong.size() > LISTED) {
      problems.add(file.toString(), (wrong.size() - LISTED) + " more lines cannot be used");
    }
    return new StoredAnswers(file, texts);
  }

  /** Why the line cannot be used, or null. */
  private static @Nullable String take(String line, Map<Question, String> texts) {
    try {
      if (!(JsonParser.parseString(line) instanceof JsonObject object)) {
        return "is no JSON object: " + FORM;
      }
      JsonElement row = object.get("row");
      JsonElement id = object.get("sample_id");
      if ((row == null) == (id == null)) {
        return "must have either \"row\" or \"sample_id\": " + FORM;
      }
      Optional<Question> question = row != null ? row(row) : text(id).map(Question.Id::new);
      if (question.isEmpty()) {
        return row != null
            ? "\"row\" must be a whole number from 0, was " + row
            : "\"sample_id\" must be a string, was " + id;
      }
      String key = object.has("text") ? "text" : "prediction";
      Optional<String> text = text(object.get(key));
      if (text.isEmpty()) {
        return "\"%s\" must be a string, was %s"
            .formatted(row != null ? "text" : "prediction", object.get(key));
      }
      return texts.putIfAbsent(question.get(), text.get()) == null
          ? null
          : question.get() + " was answered before";
    } catch (JsonParseException e) {
      return "is no JSON: " + e.getMessage();
    }
  }

  private static Optional<Question> row(JsonElement row) {
    return row.isJsonPrimitive()
            && row.getAsJsonPrimitive().isNumber()
            && row.getAsString().matches("[0-9]{1,18}")
        ? Optional.of(new Question.Row(row.getAsLong()))
        : Optional.empty();
  }

  private static Optional<String> text(@Nullable JsonElement value) {
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()
        ? Optional.of(value.getAsString())
        : Optional.empty();
  }
}
