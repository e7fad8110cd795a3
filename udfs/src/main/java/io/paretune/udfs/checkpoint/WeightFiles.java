package io.paretune.udfs.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The safetensors files of a directory as one set of tensors under canonical names: {@code
 * model.safetensors}, or the files that {@code model.safetensors.index.json} names.
 */
final class WeightFiles implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private record Place(SafetensorsFile file, TensorEntry entry) {}

  private final List<SafetensorsFile> files;
  private final Map<String, Place> places;

  private WeightFiles(List<SafetensorsFile> files, Map<String, Place> places) {
    this.files = files;
    this.places = places;
  }

  /**
   * Opens every file and checks the headers.
   *
   * @throws InvalidInputException with everything that is wrong with the index and the headers
   */
  static WeightFiles open(Path directory) {
    Problems problems = new Problems();
    List<SafetensorsFile> files = new ArrayList<>();
    try {
      Path index = directory.resolve(INDEX);
      Map<String, String> fileOf = Map.of();
      SortedSet<String> names = new TreeSet<>();
      if (Files.exists(index)) {
        fileOf = readIndex(index, problems);
        names.addAll(fileOf.values());
      } else {
        names.add(SINGLE);
      }
      for (String name : names) {
        SafetensorsFile file =
            problems.collect(() -> SafetensorsFile.open(directory.resolve(name)));
        if (file != null) {
          files.add(file);
        }
      }
      Map<String, Place> places = merge(files, problems);
      problems.throwIfAny();
      requireIndexed(index, fileOf, files, problems);
      problems.throwIfAny();
      return new WeightFiles(List.copyOf(files), places);
    } catch (InvalidInputException e) {
      files.forEach(SafetensorsFile::close);
      throw e;
    }
  }

  /** Bytes of all tensors. */
  long tensorBytes() {
    return places.values().stream().mapToLong(place -> place.entry().length()).sum();
  }

  private static Map<String, String> readIndex(Path index, Problems problems) {
    Map<String, String> fileOf = new LinkedHashMap<>();
    JsonElement map = JsonKeys.readObject(index).get("weight_map");
    if (map == null || !map.isJsonObject() || map.getAsJsonObject().isEmpty()) {
      throw new InvalidInputException(
          index + ": weight_map", "must be an object that gives each tensor its file");
    }
    JsonObject weights = map.getAsJsonObject();
    for (Map.Entry<String, JsonElement> weight : weights.entrySet()) {
      JsonElement value = weight.getValue();
      String file =
          value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()
              ? value.getAsString()
              : "";
      // A plain name only: an index must not lead out of its own directory.
      if (file.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors")) {
        fileOf.put(weight.getKey(), file);
      } else {
        problems.add(
            index + ": weight_map: tensor " + SafetensorsHeader.shown(weight.getKey()),
            "must name a .safetensors file in the same directory, was " + JsonKeys.shown(value));
      }
    }
    return fileOf;
  }

  private static Map<String, Place> merge(List<SafetensorsFile> files, Problems problems) {
    Map<String, Place> places = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      for (TensorEntry entry : file.entries().values()) {
        String name = TensorNames.canonical(entry.name());
        Place before = places.putIfAbsent(name, new Place(file, entry));
        if (before != null) {
          problems.add(
              file.path() + ": tensor " + SafetensorsHeader.shown(entry.name()),
              "is also in " + before.file().path() + " as " + before.entry().name());
        }
      }
    }
    return places;
  }

  /** What the index promises must be where it says. */
  private static void requireIndexed(
      Path index, Map<String, String> fileOf, List<SafetensorsFile> files, Problems problems) {
    Map<String, SafetensorsFile> byName = new LinkedHashMap<>();
    files.forEach(file -> byName.put(String.valueOf(file.path().getFileName()), file));
    fileOf.forEach(
        (tensor, name) -> {
          SafetensorsFile file = byName.get(name);
          if (file != null && !file.entries().containsKey(tensor)) {
            problems.add(
                index + ": weight_map: tensor " + SafetensorsHeader.shown(tensor),
                "is not in " + name);
          }
        });
  }

  /** What the header says of a tensor, or {@code null} if there is none of that canonical name. */
  @Nullable TensorEntry find(String name) {
    Place place = places.get(name);
    return place == null ? null : place.entry();
  }

  /** Canonical names, in the files' order. */
  List<String> names() {
    return List.copyOf(places.keySet());
  }

  /** The file that holds a tensor, for errors. */
  String fileOf(String name) {
    Place place = places.get(name);
    return place == null ? "" : place.file().path().toString();
  }

  TensorData read(String name) {
    Place place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    TensorEntry entry = place.entry();
    return new TensorData(name, entry.dtype(), entry.shape(), place.file().map(entry));
  }

  /** The embedding's type, taken for that of all weights. */
  DType prevailingType() {
    TensorEntry entry = find(TensorNames.EMBEDDING);
    return entry != null && entry.dtype().isWeight() ? entry.dtype() : DType.F32;
  }

  /** In the order of their names. */
  List<SafetensorsFile> files() {
    return files;
  }

  /** In the order of their names. */
  List<Path> paths() {
    return files.stream().map(SafetensorsFile::path).toList();
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
