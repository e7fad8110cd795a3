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
    return start(
        words,
        environment,
        directory,
        directory.resolve(name + ".out"),
        directory.resolve(name + ".err"));
  }

  /** Starts a command line in a directory. */
  static Running start(
      List<String> words, Map<String, String> environment, Path directory, Path out, Path err)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // Not what the test itself was started with.
    builder.environment().keySet().removeIf(n -> n.startsWith("SPARK_") || n.startsWith("DJL_"));
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }

  /** Its end, which must come within the limit. */
  Finished finished(Duration limit) throws IOException, InterruptedException {
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(
          "%s did not end within %s: %s"
              .formatted(process.info().commandLine().orElse(""), limit, Files.readString(err)));
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
