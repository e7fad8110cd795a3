package io.paretune.jobs.export;

import io.paretune.jobs.tables.WholeFile;
import io.paretune.jobs.tables.WriteProbe;
import io.paretune.udfs.checkpoint.FileTrouble;
import io.paretune.udfs.checkpoint.FirstContact;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** A directory of exports, local or elsewhere, and small files beside them. */
record ExportFolder(Path root, FileSystem files, Configuration hadoop) {

  /**
   * The directory that a user named; made if it is not there.
   *
   * @throws InvalidInputException if it cannot be reached or written to
   */
  static ExportFolder of(String option, String to, Configuration hadoop) {
    try {
      Path path = new Path(to);
      FirstContact.require(path, hadoop);
      FileSystem found = path.getFileSystem(hadoop);
      FileSystem files = found instanceof LocalFileSystem local ? local.getRaw() : found;
      Path root = files.makeQualified(path);
      WriteProbe.in(files, root);
      return new ExportFolder(root, files, hadoop);
    } catch (IOException | IllegalArgumentException e) {
      throw FileTrouble.of(
          new Problem(
              option,
              to + " cannot be written to: " + FileTrouble.firstLine(e),
              "name a directory that you may write to"),
          e);
    }
  }

  /** The URI of something in it. */
  String place(String name) {
    return new Path(root, name).toString();
  }

  /** The text of a file in it; empty if there is no such file. */
  Optional<String> read(String name) throws IOException {
    Path file = new Path(root, name);
    if (!files.exists(file)) {
      return Optional.empty();
    }
    try (FSDataInputStream in = files.open(file)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Writes a small file in the place of what is there. */
  void replace(String name, String text) throws IOException {
    WholeFile.replace(hadoop, new Path(root, name), text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return files.getUri().getScheme().equals("file") ? root.toUri().getPath() : root.toString();
  }
}
