package io.paretune.udfs.checkpoint;

import io.paretune.udfs.hash.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/** The identity of some files' names and bytes. */
final class ContentHash {
  private ContentHash() {}

  /**
   * Hashes whole files.
   *
   * @param files read once, in the order of their names, a block at a time
   * @return 16 hexadecimal digits
   */
  static String of(Collection<Path> files) throws IOException {
    MessageDigest digest = Sha256.digest();
    SortedMap<String, Path> byName = new TreeMap<>();
    files.forEach(file -> byName.put(String.valueOf(file.getFileName()), file));
    byte[] block = new byte[1 << 20];
    for (var file : byName.entrySet()) {
      // Lengths keep one file's end from being taken for the next one's beginning.
      digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
      digest.update(
          ByteBuffer.allocate(9).put((byte) 0).putLong(Files.size(file.getValue())).flip());
      try (InputStream in = Files.newInputStream(file.getValue())) {
        for (int read = in.read(block); read >= 0; read = in.read(block)) {
          digest.update(block, 0, read);
        }
      }
    }
    return Sha256.name(digest);
  }
}
