package io.paretune.jobs.tables;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * {@code studies/NAME.json}, beside the tables: what a study's scores depend on, and what people
 * call it.
 */
public final class StudyFile {
  /** The model, by its content's hash, as in the tables. */
  public static final String MODEL = "model";

  /** The same model as people know it: the name of the directory it was given in. */
  public static final String MODEL_NAME = "model name";

  private StudyFile() {}

  public static Path of(Warehouse warehouse, String study) {
    return new Path(warehouse.path("studies"), FileNames.of(study) + ".json");
  }

  /** What is noted; empty if nothing is. */
  public static Optional<JsonObject> read(Configuration hadoop, Path file) {
    try (FSDataInputStream in = file.getFileSystem(hadoop).open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(JsonParser.parseString(text).getAsJsonObject());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  /** What people call a model of a study; empty if that was not noted. */
  public static Optional<String> modelName(
      Configuration hadoop, Warehouse warehouse, String study, String modelId) {
    return read(hadoop, of(warehouse, study))
        .filter(noted -> noted.has(MODEL_NAME) && noted.get(MODEL).getAsString().equals(modelId))
        .map(noted -> noted.get(MODEL_NAME).getAsString());
  }

  /** The name of a directory, such as {@code llava-1.5-7b-hf}. */
  public static String nameOf(String directory) {
    String name = new Path(directory).getName();
    return name.isEmpty() ? directory : name;
  }
}
