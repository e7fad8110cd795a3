package io.paretune.jobs.tables;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * Puts a file in the place of another in one step: whoever reads finds all of the old one or all of
 * the new one, and a process that dies leaves the old one.
 */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Writes it; directories above it are made.
   *
   * @param path a URI or an absolute path
   */
  public static void replace(Configuration hadoop, Path path, byte[] bytes) throws IOException {
    replace(path.getFileSystem(hadoop), path, bytes);
  }

  static void replace(FileSystem files, Path path, byte[] bytes) throws IOException {
    if (files instanceof LocalFileSystem) {
      replaceLocally(java.nio.file.Path.of(path.toUri().getPath()), bytes);
    } else if ("s3a".equals(files.getUri().getScheme())) {
      write(files, path, bytes); // an object appears when its upload ends; a rename is a copy
    } else {
      Path partial = path.suffix(suffix());
      try {
        write(files, partial, bytes);
        FileContext.getFileContext(files.getUri(), files.getConf())
            .rename(partial, path, Options.Rename.OVERWRITE);
      } finally {
        files.delete(partial, false);
      }
    }
  }

  private static void write(FileSystem files, Path path, byte[] bytes) throws IOException {
    try (FSDataOutputStream out = files.create(path, true)) {
      out.write(bytes);
    }
  }

  /**
   * Creates a file on a local disk; false if somebody else has. Of several processes one succeeds.
   *
   * @param bytes unlike anyone else's, so that a creation whose answer was lost is known again
   */
  static boolean createLocally(java.nio.file.Path file, byte[] bytes) throws IOException {
    return createLocally(file, bytes, Files::createLink);
  }

  /** How a file gets a second name. */
  interface Linking {
    void link(java.nio.file.Path name, java.nio.file.Path existing) throws IOException;
  }

  static boolean createLocally(java.nio.file.Path file, byte[] bytes, Linking linking)
      throws IOException {
    return inOneStep(
        file,
        bytes,
        partial -> {
          try {
            linking.link(file, partial);
            return true;
          } catch (FileAlreadyExistsException e) {
            return Arrays.equals(Files.readAllBytes(file), bytes);
          } catch (UnsupportedOperationException e) {
            return rename(partial, file);
          } catch (FileSystemException e) {
            String reason = String.valueOf(e.getReason());
            if (reason.contains("not permitted") || reason.contains("not supported")) {
              return rename(partial, file);
            }
            throw e;
          }
        });
  }

  /** On a disk without hard links: safe for this process's threads, and a look for others'. */
  private static synchronized boolean rename(java.nio.file.Path from, java.nio.file.Path to)
      throws IOException {
    if (Files.exists(to)) {
      return false;
    }
    Files.move(from, to);
    return true;
  }

  private static void replaceLocally(java.nio.file.Path file, byte[] bytes) throws IOException {
    inOneStep(
        file,
        bytes,
        partial -> {
          // Hadoop's checksum of an earlier file would not be this one's.
          Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
          Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
          return true;
        });
  }

  /** Brings a written file to its place. */
  private interface Placing {
    boolean place(java.nio.file.Path partial) throws IOException;
  }

  private static boolean inOneStep(java.nio.file.Path file, byte[] bytes, Placing placing)
      throws IOException {
    java.nio.file.Path directory = file.toAbsolutePath().getParent();
    if (directory == null || Files.isDirectory(file)) {
      throw new IOException(file + " is a directory");
    }
    Files.createDirectories(directory);
    java.nio.file.Path partial = directory.resolve(file.getFileName() + suffix());
    try {
      Files.write(partial, bytes);
      return placing.place(partial);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static String suffix() {
    return "." + UUID.randomUUID() + ".partial";
  }
}
