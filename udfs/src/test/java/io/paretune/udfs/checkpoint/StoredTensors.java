package io.paretune.udfs.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Safetensors files that tests write, to vary a checkpoint. */
public final class StoredTensors {
  /** A tensor to write. */
  record Stored(String dtype, long[] shape, byte[] bytes) {}

  private StoredTensors() {}

  static Map<String, Stored> read(Path file) {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      opened
          .entries()
          .forEach(
              (name, entry) -> {
                byte[] bytes = new byte[(int) entry.length()];
                opened.map(entry).get(bytes);
                long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
                tensors.put(name, new Stored(entry.dtype().name(), shape, bytes));
              });
    }
    return tensors;
  }

  static void write(Path file, Map<String, Stored> tensors) {
    JsonObject header = new JsonObject();
    long at = 0;
    for (var tensor : tensors.entrySet()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", tensor.getValue().dtype());
      JsonArray shape = new JsonArray();
      for (long size : tensor.getValue().shape()) {
        shape.add(size);
      }
      entry.add("shape", shape);
      JsonArray range = new JsonArray();
      range.add(at);
      at += tensor.getValue().bytes().length;
      range.add(at);
      entry.add("data_offsets", range);
      header.add(tensor.getKey(), entry);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length).array());
      out.write(json);
      for (Stored tensor : tensors.values()) {
        out.write(tensor.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Rewrites a checkpoint's {@code model.safetensors} as two files with an index, under the names
   * that newer checkpoints use.
   */
  public static void shardUnderNewerNames(Path directory) {
    UnaryOperator<String> newer =
        name ->
            name.startsWith("language_model.lm_head.")
                ? name.substring("language_model.".length())
                : "model." + name.replaceFirst("^language_model\\.model\\.", "language_model.");
    JsonObject weightMap = new JsonObject();
    Map<String, Map<String, Stored>> shards = new LinkedHashMap<>();
    int count = 0;
    for (var tensor : read(directory.resolve("model.safetensors")).entrySet()) {
      String shard = "model-0000%d-of-00002.safetensors".formatted(count++ % 2 + 1);
      String name = newer.apply(tensor.getKey());
      shards.computeIfAbsent(shard, key -> new LinkedHashMap<>()).put(name, tensor.getValue());
      weightMap.addProperty(name, shard);
    }
    shards.forEach((shard, tensors) -> write(directory.resolve(shard), tensors));
    JsonObject index = new JsonObject();
    index.add("weight_map", weightMap);
    try {
      Files.writeString(directory.resolve("model.safetensors.index.json"), index.toString());
      Files.delete(directory.resolve("model.safetensors"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
