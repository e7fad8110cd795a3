package io.paretune.jobs.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A process that has ended: its exit status and what it said. */
public record Finished(int status, String out, String err) {

  /** Runs a command line to its end, which must come within the limit. */
  public static Finished run(
      List<String> words, Map<String, String> environment, Path directory, Duration limit)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("out", ".txt");
    Path err = Files.createTempFile("err", ".txt");
    try (Running running = Running.start(words, environment, directory, out, err)) {
      return running.finished(limit);
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
