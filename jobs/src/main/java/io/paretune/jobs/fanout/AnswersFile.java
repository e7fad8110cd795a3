package io.paretune.jobs.fanout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;

/** A local file of answers, one JSON line a question. */
public final class AnswersFile {
  private AnswersFile() {}

  /** Writes the lines; the file appears only when it is complete. */
  public static void write(Path file, List<String> lines) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Files.write(file, lines); // a pipe or a device
      return;
    }
    Path partial = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".partial");
    try {
      Files.write(partial, lines);
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
