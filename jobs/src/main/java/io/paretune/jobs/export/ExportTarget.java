package io.paretune.jobs.export;

import io.paretune.jobs.tables.WriteProbe;
import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.checkpoint.FirstContact;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A directory that appears complete or not at all. On local disk it is made beside its place and
 * moved there. Elsewhere, where a directory cannot be moved at once, {@value #LAST} is written
 * last, without which nothing loads the model, and a marker lies there until then: an export that
 * was killed is known by it, and the next one of that place clears what is left.
 */
final class ExportTarget {
  private static final String LAST = "config.json";
  private static final String MARKER = "_export_in_progress";

  private final Path target;
  private final FileSystem files;
  private final boolean local;

  private ExportTarget(Path target, FileSystem files) {
    this.target = target;
    this.files = files;
    this.local = files.getUri().getScheme().equals("file");
  }

  /**
   * The place that a user named: a path, or a URI that Hadoop knows.
   *
   * @throws InvalidInputException if something else is there, or it cannot be reached
   */
  static ExportTarget of(String option, String to, Configuration hadoop) {
    try {
      Path path = new Path(to);
      FirstContact.require(path, hadoop);
      FileSystem files = path.getFileSystem(hadoop);
      Path target = files.makeQualified(path);
      if (target.isRoot()) {
        throw new InvalidInputException(option, to + " is a root", "name a new directory");
      }
      ExportTarget at = new ExportTarget(target, files);
      if (files.exists(target)
          && !at.isUnfinished()
          && (files.getFileStatus(target).isFile() || files.listStatus(target).length > 0)) {
        throw new InvalidInputException(
            option, to + " is there and is not empty", "name a new directory");
      }
      at.requireWritable(option, to);
      return at;
    } catch (IOException | IllegalArgumentException e) {
      throw FileTrouble.of(
          new Problem(
              option,
              to + " cannot be reached: " + FileTrouble.firstLine(e),
              "check the address and the credentials"),
          e);
    }
  }

  private boolean isUnfinished() throws IOException {
    return files.exists(new Path(target, MARKER));
  }

  private void requireWritable(String option, String to) throws IOException {
    try {
      WriteProbe.in(files, target.getParent());
    } catch (IOException e) {
      throw FileTrouble.of(
          new Problem(
              option, "nothing can be written beside " + to, "name a place that you may write to"),
          e);
    }
  }

  /** Writes a directory's files. */
  @FunctionalInterface
  interface Content {
    void write(java.nio.file.Path directory) throws IOException;
  }

  /** Has the content written to local disk first, then publishes it. */
  void fill(Content content) throws IOException {
    java.nio.file.Path staging = staging();
    try {
      content.write(staging);
      if (local) {
        java.nio.file.Path place = localPath();
        Files.deleteIfExists(place); // an empty directory
        Files.move(staging, place, StandardCopyOption.ATOMIC_MOVE);
      } else {
        upload(staging);
      }
    } finally {
      delete(staging);
    }
  }

  private java.nio.file.Path localPath() {
    return java.nio.file.Path.of(target.toUri().getPath());
  }

  private java.nio.file.Path staging() throws IOException {
    if (!local) {
      return Files.createTempDirectory("paretune-export");
    }
    java.nio.file.Path parent = localPath().getParent();
    if (parent == null) {
      throw new IOException(target + " has no parent");
    }
    String prefix = "." + target.getName() + ".";
    try (Stream<java.nio.file.Path> left = Files.list(parent)) {
      for (java.nio.file.Path path : left.toList()) {
        String name = String.valueOf(path.getFileName());
        if (name.startsWith(prefix) && name.endsWith(".partial")) {
          delete(path); // of an export that was killed
        }
      }
    }
    return Files.createDirectory(parent.resolve(prefix + UUID.randomUUID() + ".partial"));
  }

  private void upload(java.nio.file.Path staging) throws IOException {
    if (isUnfinished()) {
      files.delete(target, true);
    }
    files.mkdirs(target);
    Path marker = new Path(target, MARKER);
    files.create(marker).close();
    try (Stream<java.nio.file.Path> below = Files.walk(staging)) {
      List<java.nio.file.Path> all =
          below
              .filter(Files::isRegularFile)
              .map(staging::relativize)
              .sorted(
                  Comparator.comparing((java.nio.file.Path p) -> p.toString().equals(LAST))
                      .thenComparing(p -> p))
              .toList();
      for (java.nio.file.Path file : all) {
        try (var out = files.create(new Path(target, file.toString()))) {
          Files.copy(staging.resolve(file), out);
        }
      }
    }
    files.delete(marker, false);
  }

  private static void delete(java.nio.file.Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<java.nio.file.Path> below = Files.walk(directory)) {
        for (java.nio.file.Path path : below.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  @Override
  public String toString() {
    return local ? localPath().toString() : target.toString();
  }
}
