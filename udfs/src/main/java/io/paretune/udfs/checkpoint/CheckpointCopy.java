package io.paretune.udfs.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** A model directory with the same files, of which some tensors have other values. */
public final class CheckpointCopy {
  private static final String TEXTS = "[^.].*\\.(json|jinja|model|txt)|LICENSE.*";

  private CheckpointCopy() {}

  /**
   * Copies configuration, tokenizer and license as they are, and the weight files with their
   * headers: tensors keep their names, types, shapes and places.
   *
   * @param directory an empty one
   * @param change the tensor's bytes in the copy, as many as it has; the tensor's own to leave it
   */
  public static void write(
      Checkpoint checkpoint, Path directory, Function<TensorData, ByteBuffer> change)
      throws IOException {
    try (Stream<Path> files = Files.list(checkpoint.directory())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (name(file).matches(TEXTS)) {
          Files.copy(file, directory.resolve(name(file)));
        }
      }
    }
    for (SafetensorsFile file : checkpoint.weightFiles()) {
      write(file, directory.resolve(name(file.path())), change);
    }
  }

  private static void write(
      SafetensorsFile file, Path target, Function<TensorData, ByteBuffer> change)
      throws IOException {
    List<TensorEntry> inPlace =
        file.entries().values().stream()
            .sorted(Comparator.comparingLong(TensorEntry::begin))
            .toList();
    try (FileChannel out =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeFully(out, file.header());
      for (TensorEntry entry : inPlace) {
        ByteBuffer bytes =
            change.apply(
                new TensorData(
                    TensorNames.canonical(entry.name()),
                    entry.dtype(),
                    entry.shape(),
                    file.map(entry)));
        if (bytes.remaining() != entry.length()) {
          throw new IllegalArgumentException(
              "%s has %d bytes, its copy %d"
                  .formatted(entry.name(), entry.length(), bytes.remaining()));
        }
        writeFully(out, bytes.duplicate());
      }
      out.force(true);
    }
  }

  static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
