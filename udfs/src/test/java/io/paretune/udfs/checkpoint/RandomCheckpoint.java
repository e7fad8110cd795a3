package io.paretune.udfs.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A checkpoint of random bf16 weights of any size, around the golden one's vision tower. */
public final class RandomCheckpoint {
  private RandomCheckpoint() {}

  /**
   * Writes one.
   *
   * @param parent where its directory is made
   */
  public static Path of(Path parent, int layers, int hidden, int intermediate, int heads) {
    Path directory = Goldens.randomCheckpoint(parent);
    try {
      Path file = directory.resolve("config.json");
      JsonObject config = JsonKeys.readObject(file);
      JsonObject text = config.getAsJsonObject("text_config");
      text.addProperty("num_hidden_layers", layers);
      text.addProperty("hidden_size", hidden);
      text.addProperty("intermediate_size", intermediate);
      text.addProperty("num_attention_heads", heads);
      text.addProperty("num_key_value_heads", heads);
      text.addProperty("head_dim", hidden / heads);
      Files.writeString(file, config.toString());
      Path weights = directory.resolve("model.safetensors");
      Files.delete(weights);
      write(weights, RequiredTensors.of(ModelConfigJson.read(directory, DType.BF16)));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, Map<String, List<Long>> tensors) throws IOException {
    JsonObject header = new JsonObject();
    long at = 0;
    for (var tensor : tensors.entrySet()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", "BF16");
      JsonArray shape = new JsonArray();
      tensor.getValue().forEach(shape::add);
      entry.add("shape", shape);
      JsonArray range = new JsonArray();
      range.add(at);
      at += 2 * tensor.getValue().stream().reduce(1L, Math::multiplyExact);
      range.add(at);
      entry.add("data_offsets", range);
      header.add(tensor.getKey(), entry);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer head = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
      out.write(head.putLong(json.length).put(json).flip());
      Random random = new Random(5);
      byte[] bytes = new byte[1 << 20];
      for (long left = at; left > 0; left -= bytes.length) {
        random.nextBytes(bytes);
        for (int i = 1; i < bytes.length; i += 2) {
          // The high byte of a bf16: any sign, an exponent for magnitudes from 2^-7 to 2^-5.
          bytes[i] = (byte) ((bytes[i] & 0x80) | 0x3C);
        }
        out.write(ByteBuffer.wrap(bytes, 0, (int) Math.min(left, bytes.length)));
      }
    }
  }
}
