package io.paretune.udfs.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** What {@code src/test/python/make_goldens.py} made with transformers and Pillow. */
public final class Goldens {
  /** The repository's root. */
  public static final Path HOME = Path.of(System.getProperty("paretune.home"));

  /** The embedded model. */
  public static final Path DEMO = HOME.resolve("conf/demo/model");

  private static final Path GOLDENS = HOME.resolve("udfs/src/test/resources/goldens");

  private Goldens() {}

  /** The checkpoint of random weights, completed with the demo's tokenizer below {@code parent}. */
  public static Path randomCheckpoint(Path parent) {
    Path directory = parent.resolve("random-llava");
    copy(GOLDENS.resolve("random-llava"), directory);
    copyFile(DEMO.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
    return directory;
  }

  /** Copies the files of a directory. */
  public static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.list(from)) {
      Files.createDirectories(to);
      files.forEach(file -> copyFile(file, to.resolve(file.getFileName())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copyFile(Path from, Path to) {
    try {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of an image file. */
  public static byte[] image(String name) {
    try {
      return Files.readAllBytes(GOLDENS.resolve("images").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cases of {@code random-llava}, {@code demo} or {@code tokenizer}. */
  public static JsonArray cases(String of) {
    JsonObject all = JsonKeys.readObject(GOLDENS.resolve("goldens.json"));
    return all.getAsJsonArray(of);
  }

  /** What {@code make_kv_goldens.py} made. */
  public static JsonArray quantizedCacheCases() {
    return JsonParser.parseString(text("kv.json")).getAsJsonArray();
  }

  private static String text(String name) {
    try {
      return Files.readString(GOLDENS.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A float32 tensor of {@code goldens.safetensors}, row-major. */
  public static float[] floats(String name) {
    return floats("goldens.safetensors", name);
  }

  /** A float32 tensor of a golden file, row-major. */
  public static float[] floats(String file, String name) {
    try (SafetensorsFile tensors = SafetensorsFile.open(GOLDENS.resolve(file))) {
      var data = tensors.map(tensors.entries().get(name)).asFloatBuffer();
      float[] values = new float[data.remaining()];
      data.get(values);
      return values;
    }
  }

  /** A uint8 tensor of {@code pixels.safetensors}, row-major. */
  public static byte[] bytes(String name) {
    try (SafetensorsFile tensors = SafetensorsFile.open(GOLDENS.resolve("pixels.safetensors"))) {
      byte[] values = new byte[(int) tensors.entries().get(name).length()];
      tensors.map(tensors.entries().get(name)).get(values);
      return values;
    }
  }

  /** The names in {@code pixels.safetensors}. */
  public static Stream<String> pixelNames() {
    try (SafetensorsFile tensors = SafetensorsFile.open(GOLDENS.resolve("pixels.safetensors"))) {
      return tensors.entries().keySet().stream();
    }
  }
}
