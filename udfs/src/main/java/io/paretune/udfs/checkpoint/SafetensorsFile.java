package io.paretune.udfs.checkpoint;

import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One safetensors file. Opening reads and checks its header; a tensor is mapped when it is asked
 * for, so a file of any size costs no heap. Safe for use by many threads.
 */
final class SafetensorsFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long dataStart;
  private final Map<String, TensorEntry> entries;

  private SafetensorsFile(
      Path path, FileChannel channel, long dataStart, Map<String, TensorEntry> entries) {
    this.path = path;
    this.channel = channel;
    this.dataStart = dataStart;
    this.entries = entries;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws InvalidInputException if the file cannot be read or its header is damaged
   */
  static SafetensorsFile open(Path path) {
    String where = path.toString();
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(where, "is not there or is no file");
    }
    FileChannel channel = null;
    SafetensorsFile opened = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      long size = channel.size();
      ByteBuffer first8 = ByteBuffer.allocate(Long.BYTES);
      readFully(channel, first8, 0);
      long headerBytes = SafetensorsHeader.length(where, first8.flip(), size);
      ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
      readFully(channel, json, Long.BYTES);
      long dataStart = Long.BYTES + headerBytes;
      opened =
          new SafetensorsFile(
              path,
              channel,
              dataStart,
              SafetensorsHeader.parse(where, json.array(), size - dataStart));
      return opened;
    } catch (IOException e) {
      throw new InvalidInputException(where, "cannot be read: " + e.getMessage());
    } finally {
      if (opened == null) {
        closeQuietly(channel);
      }
    }
  }

  Path path() {
    return path;
  }

  /** Everything before the tensors, the header's length included. */
  ByteBuffer header() throws IOException {
    return channel.map(FileChannel.MapMode.READ_ONLY, 0, dataStart);
  }

  /** The tensors by their name in this file. */
  Map<String, TensorEntry> entries() {
    return entries;
  }

  /**
   * Maps a tensor's bytes.
   *
   * @throws IllegalArgumentException if the tensor has more than 2³¹−1 bytes, the most that one
   *     buffer holds
   */
  ByteBuffer map(TensorEntry entry) {
    if (entry.length() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(entry.name() + " does not fit one buffer");
    }
    try {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, dataStart + entry.begin(), entry.length())
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": tensor " + entry.name() + " cannot be mapped", e);
    }
  }

  /** Buffers mapped before stay valid. */
  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long from)
      throws IOException {
    long at = from;
    while (into.hasRemaining()) {
      int read = channel.read(into, at);
      if (read < 0) {
        return;
      }
      at += read;
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing was written through it, so nothing is lost.
      }
    }
  }
}
