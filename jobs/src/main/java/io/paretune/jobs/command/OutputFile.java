package io.paretune.jobs.command;

import io.paretune.udfs.problem.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that the user names for results. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Notes why the file could not be written, before anything is computed for it.
   *
   * @param option that names it
   * @param file an absolute path
   */
  static void check(String option, Path file, Problems problems) {
    @Nullable Path parent = file.getParent();
    if (Files.isDirectory(file)) {
      problems.add(option, file + " is a directory", "name a file");
    } else if (parent == null || !Files.isDirectory(parent)) {
      problems.add(option, "there is no directory " + parent, "create it first");
    } else if (!Files.isWritable(parent) || (Files.exists(file) && !Files.isWritable(file))) {
      problems.add(option, file + " cannot be written to", "name a file that you may write to");
    }
  }
}
