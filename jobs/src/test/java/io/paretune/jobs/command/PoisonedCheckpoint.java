package io.paretune.jobs.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy of a checkpoint in bf16 one of whose layers has values 2²⁰ times as large and an output
 * projection 2²⁰ times as small: the same model, until something stores its values in fp16.
 */
public final class PoisonedCheckpoint {
  private static final int POWER = 20;

  private PoisonedCheckpoint() {}

  /** Writes it to a directory that is not there yet. */
  public static Path write(Path from, Path to, int layer) throws IOException {
    Files.createDirectories(to);
    List<Path> files;
    try (Stream<Path> listed = Files.list(from)) {
      files = listed.toList();
    }
    for (Path file : files) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
    Path weights = to.resolve("model.safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(bytes.getLong(0));
    JsonObject tensors =
        JsonParser.parseString(new String(bytes.array(), 8, header, StandardCharsets.UTF_8))
            .getAsJsonObject();
    scale(bytes, 8 + header, tensor(tensors, layer, "v_proj"), POWER);
    scale(bytes, 8 + header, tensor(tensors, layer, "o_proj"), -POWER);
    Files.write(weights, bytes.array());
    return to;
  }

  private static JsonArray tensor(JsonObject tensors, int layer, String projection) {
    String suffix = "language_model.model.layers.%d.self_attn.%s.weight";
    JsonObject tensor = tensors.getAsJsonObject(suffix.formatted(layer, projection));
    if (!tensor.get("dtype").getAsString().equals("BF16")) {
      throw new IllegalArgumentException("not bf16: " + tensor);
    }
    return tensor.getAsJsonArray("data_offsets");
  }

  /** Adds to the exponents of bf16 numbers; what leaves their range becomes zero. */
  private static void scale(ByteBuffer bytes, int data, JsonArray offsets, int power) {
    for (int at = offsets.get(0).getAsInt(); at < offsets.get(1).getAsInt(); at += 2) {
      int bits = bytes.getShort(data + at) & 0xffff;
      int exponent = bits >> 7 & 0xff;
      int scaled = exponent == 0 || exponent + power <= 0 ? 0 : bits + (power << 7);
      bytes.putShort(data + at, (short) scaled);
    }
  }
}
