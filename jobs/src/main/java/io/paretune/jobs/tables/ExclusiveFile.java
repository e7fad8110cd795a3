package io.paretune.jobs.tables;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIOException;

/**
 * A small text file that exactly one of several processes creates, whole. On a local disk the
 * operating system decides, on S3 a conditional write (If-None-Match, Hadoop's {@code
 * fs.option.create.conditional.overwrite}), elsewhere the file system's own exclusive creation.
 *
 * @param files where it is
 * @param path its place
 */
record ExclusiveFile(FileSystem files, Path path) {

  /**
   * Creates it; false if somebody else has.
   *
   * @param text unlike anyone else's, so that a creation whose answer was lost is known again
   */
  boolean create(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (files instanceof LocalFileSystem) {
      return WholeFile.createLocally(local(), bytes);
    }
    try {
      var builder = files.createFile(path).overwrite(false).recursive();
      if ("s3a".equals(files.getScheme())) {
        builder.must("fs.option.create.conditional.overwrite", true);
      }
      try (FSDataOutputStream out = builder.build()) {
        out.write(bytes);
      }
      return true;
    } catch (org.apache.hadoop.fs.FileAlreadyExistsException e) {
      return false;
    } catch (PathIOException e) {
      // S3's "precondition failed", said when the upload ends. If it is a repeated request that was
      // refused, because the answer to the first was lost, the file is ours after all.
      Optional<String> there = read();
      if (there.isEmpty()) {
        throw e;
      }
      return there.get().equals(text);
    }
  }

  /** Puts another text in its place; readers see the old one or the new one. */
  void replace(String text) throws IOException {
    WholeFile.replace(files, path, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Its text; empty if it is not there. */
  Optional<String> read() throws IOException {
    try {
      if (files instanceof LocalFileSystem) {
        return Optional.of(Files.readString(local()));
      }
      try (FSDataInputStream in = files.open(path)) {
        return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (java.nio.file.NoSuchFileException | java.io.FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** How long ago it was written; nothing if it is not there. */
  Duration age(Instant now) throws IOException {
    try {
      return Duration.between(
          Instant.ofEpochMilli(files.getFileStatus(path).getModificationTime()), now);
    } catch (java.io.FileNotFoundException e) {
      return Duration.ZERO;
    }
  }

  private java.nio.file.Path local() {
    return java.nio.file.Path.of(path.toUri().getPath());
  }
}
