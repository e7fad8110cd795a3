package io.paretune.udfs.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Writes a file in the safetensors format. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /**
   * A tensor to write.
   *
   * @param name in the file
   * @param shape sizes, outermost first
   * @param bytes its elements, little-endian, row-major; asked for once, when its turn comes
   */
  public record Tensor(String name, DType dtype, List<Long> shape, Supplier<ByteBuffer> bytes) {
    long length() {
      return shape.stream().reduce(1L, Math::multiplyExact) * dtype.bytes();
    }
  }

  /**
   * Writes a new file, tensor after tensor.
   *
   * @param metadata for the header's {@code __metadata__}
   */
  public static void write(Path file, Map<String, String> metadata, List<Tensor> tensors)
      throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      CheckpointCopy.writeFully(out, header(metadata, tensors));
      for (Tensor tensor : tensors) {
        ByteBuffer bytes = tensor.bytes().get();
        if (bytes.remaining() != tensor.length()) {
          throw new IllegalArgumentException(
              "%s of %s %s is not %d bytes"
                  .formatted(tensor.name(), tensor.dtype(), tensor.shape(), bytes.remaining()));
        }
        CheckpointCopy.writeFully(out, bytes.duplicate());
      }
      out.force(true);
    }
  }

  private static ByteBuffer header(Map<String, String> metadata, List<Tensor> tensors) {
    JsonObject root = new JsonObject();
    JsonObject texts = new JsonObject();
    metadata.forEach(texts::addProperty);
    root.add("__metadata__", texts);
    long at = 0;
    for (Tensor tensor : tensors) {
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", tensor.dtype().name());
      JsonArray shape = new JsonArray();
      tensor.shape().forEach(shape::add);
      entry.add("shape", shape);
      JsonArray range = new JsonArray();
      range.add(at);
      at += tensor.length();
      range.add(at);
      entry.add("data_offsets", range);
      root.add(tensor.name(), entry);
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }
}
