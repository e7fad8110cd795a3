package io.paretune.udfs.checkpoint;

import io.paretune.udfs.hash.Sha256;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/**
 * Brings a model directory to local disk, whence tensors are mapped. A copy is known by its source
 * and by its files' names, lengths and times of change, so a changed source is fetched anew; it
 * appears whole or not at all. Safe for use by many threads, and by many processes on one disk: one
 * of them copies while the others wait.
 */
public final class CheckpointCache {
  private final Path root;
  private final Configuration hadoop;

  /**
   * A cache on local disk.
   *
   * @param root made if it is not there
   * @param hadoop how file systems are reached, for example Spark's
   */
  public CheckpointCache(Path root, Configuration hadoop) {
    this.root = root;
    this.hadoop = hadoop;
  }

  /**
   * The local directory of a model. A local one is used where it is.
   *
   * @param model a path, or a URI of {@code file:} or of a scheme that Hadoop knows ({@code hdfs:},
   *     {@code s3a:} …)
   * @throws InvalidInputException if it is no model directory, or cannot be reached so named
   * @throws UnavailableException if it cannot be reached now
   */
  public Path directory(String model) {
    org.apache.hadoop.fs.Path source = parse(model);
    String scheme = source.toUri().getScheme();
    if (scheme == null || scheme.equals("file")) {
      Path local = scheme == null ? Path.of(model) : Path.of(source.toUri().getPath());
      if (!Files.isDirectory(local)) {
        throw new InvalidInputException(model, "is no directory");
      }
      return local;
    }
    FirstContact.require(source, hadoop);
    try {
      return fetch(model, source);
    } catch (FileSystemException e) {
      // Only java.nio throws it: the trouble is this disk, not the source.
      throw FileTrouble.of(
          new Problem(
              root.toString(),
              "cannot hold a copy of " + model + ": " + e.getMessage(),
              "free space there or set XDG_CACHE_HOME to a directory that has room"),
          e);
    } catch (UncheckedIOException e) {
      throw unfetched(model, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw unfetched(model, e);
    }
  }

  private static RuntimeException unfetched(String model, IOException e) {
    return FileTrouble.of(
        new Problem(
            model, "cannot be fetched: " + e.getMessage(), "check the address and the credentials"),
        e);
  }

  private static org.apache.hadoop.fs.Path parse(String model) {
    try {
      if (model.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("it has a NUL");
      }
      return new org.apache.hadoop.fs.Path(model);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "model", "\"" + model + "\" is neither a path nor a URI: " + e.getMessage());
    }
  }

  private Path fetch(String model, org.apache.hadoop.fs.Path source) throws IOException {
    FileSystem files = source.getFileSystem(hadoop);
    List<FileStatus> listed = list(model, files, source);
    String key = key(files.makeQualified(source).toUri(), listed);
    Path target = root.resolve(key);
    Files.createDirectories(root);
    return FileTurn.take(
        root.resolve(key + ".lock"),
        () -> {
          if (!isComplete(target, listed)) {
            copy(files, listed, key, target);
            if (!key.equals(key(files.makeQualified(source).toUri(), list(model, files, source)))) {
              delete(target);
              throw new UnavailableException(
                  new Problem(
                      model, "changed while it was copied", "run again when it is complete"));
            }
          }
          return target;
        });
  }

  /** The files that belong to a model, by name; nothing below it and no other format's weights. */
  private static List<FileStatus> list(
      String model, FileSystem files, org.apache.hadoop.fs.Path source) throws IOException {
    List<FileStatus> listed = new ArrayList<>();
    for (FileStatus status : files.listStatus(source)) {
      String name = status.getPath().getName();
      if (status.isFile() && name.matches("[^.].*\\.(safetensors|json|jinja)")) {
        listed.add(status);
      }
    }
    if (listed.stream().noneMatch(status -> status.getPath().getName().equals("config.json"))) {
      throw new InvalidInputException(
          model, "has no config.json", "give the directory of a Hugging Face model");
    }
    listed.sort(Comparator.comparing(status -> status.getPath().getName()));
    return listed;
  }

  private static String key(URI source, List<FileStatus> listed) {
    StringBuilder identity = new StringBuilder(source.toString());
    for (FileStatus status : listed) {
      identity
          .append('\n')
          .append(status.getPath().getName())
          .append('\t')
          .append(status.getLen())
          .append('\t')
          .append(status.getModificationTime());
    }
    return Sha256.name(identity.toString());
  }

  /** Lengths are looked at again: a machine may have lost power after the rename. */
  private static boolean isComplete(Path target, List<FileStatus> listed) throws IOException {
    for (FileStatus status : listed) {
      Path file = target.resolve(status.getPath().getName());
      if (!Files.isRegularFile(file) || Files.size(file) != status.getLen()) {
        return false;
      }
    }
    return true;
  }

  /** Called with the key's lock held, so what lies there unfinished is nobody's any more. */
  private void copy(FileSystem files, List<FileStatus> listed, String key, Path target)
      throws IOException {
    String unfinished = "." + key + ".";
    try (Stream<Path> left = Files.list(root)) {
      left.filter(path -> String.valueOf(path.getFileName()).startsWith(unfinished))
          .forEach(CheckpointCache::delete);
    }
    delete(target);
    requireRoom(listed);
    Path temporary = root.resolve(unfinished + UUID.randomUUID());
    try {
      Files.createDirectory(temporary);
      for (FileStatus status : listed) {
        Path file = temporary.resolve(status.getPath().getName());
        try (InputStream in = files.open(status.getPath())) {
          long copied = Files.copy(in, file);
          if (copied != status.getLen()) {
            throw new IOException(
                "%s gave %d of %d bytes".formatted(status.getPath(), copied, status.getLen()));
          }
        }
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(temporary);
    }
  }

  private void requireRoom(List<FileStatus> listed) throws IOException {
    long needed = listed.stream().mapToLong(FileStatus::getLen).sum();
    long free = Files.getFileStore(root).getUsableSpace();
    if (free < needed) {
      throw new FileSystemException(
          root.toString(), null, "%d bytes are free, %d are needed".formatted(free, needed));
    }
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> below = Files.walk(directory)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
