package io.paretune.jobs.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process under way.
 *
 * @param out what it has printed so far
 * @param err what it has logged so far
 */
record Running(Process process, Path out, Path err) implements AutoCloseable {

  /** Starts a command line whose output goes to files. */
  static Running start(
      List<String> words, Map<String, String> environment, Path directory, String name)
      throws IOException {
    Path out = directory.resolve(name + ".out");
    Path err = directory.resolve(name + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(n -> n.startsWith("SPARK_") || n.startsWith("DJL_"));
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }

  /** Its end, which must come within the limit. */
  Finished finished(Duration limit) throws IOException, InterruptedException {
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("no end within " + limit + ": " + Files.readString(err));
    }
    return new Finished(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** {@code kill -9}, of it and what it started. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
