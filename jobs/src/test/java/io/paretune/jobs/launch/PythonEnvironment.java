package io.paretune.jobs.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A Python environment with exactly the packages of a lock file, made once and kept under {@code
 * target/python} until the file changes.
 *
 * @param directory the environment
 */
public record PythonEnvironment(Path directory) {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Path SCRIPTS = HOME.resolve("jobs/src/test/python");
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** Installs a lock of hundreds of packages in seconds. */
  private static final String INSTALLER = "uv==0.13.9";

  private static final String TORCH = "PARETUNE_TORCH_PYTHON";

  /**
   * A Python with torch and transformers: the one that {@code PARETUNE_TORCH_PYTHON} names, or else
   * one of its own, several gigabytes, since PyPI has torch for CUDA only.
   */
  public static String pythonWithTorch() throws IOException, InterruptedException {
    String named = System.getenv(TORCH);
    return named != null && !named.isEmpty()
        ? named
        : of("jobs/src/test/python/reference/requirements.lock").program("python");
  }

  /** With what reads tables without a JVM. */
  static PythonEnvironment ofNotebooks() throws IOException, InterruptedException {
    return of("notebooks/requirements.lock");
  }

  /**
   * The environment of a lock file with hashes, as {@code uv pip compile --generate-hashes} writes
   * it.
   *
   * @param lock relative to Paretune's directory, such as {@code notebooks/requirements.lock}
   */
  static PythonEnvironment of(String lock) throws IOException, InterruptedException {
    Path file = HOME.resolve(lock);
    Path all = Files.createDirectories(HOME.resolve("target/python"));
    Path directory = all.resolve(file.getParent().getFileName() + "-" + hash(file));
    Path complete = directory.resolve("complete");
    try (FileChannel channel =
            FileChannel.open(
                all.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      if (held.isValid() && !Files.exists(complete)) {
        make(directory, file);
        Files.createFile(complete);
      }
    }
    return new PythonEnvironment(directory);
  }

  private static void make(Path directory, Path lock) throws IOException, InterruptedException {
    String script =
        """
        set -e
        python3 -m venv --clear "$0"
        "$0/bin/pip" install -q --disable-pip-version-check %s
        "$0/bin/uv" pip install -q --python "$0/bin/python" --require-hashes -r "$1"
        """
            .formatted(INSTALLER);
    Finished made =
        Finished.run(
            List.of("bash", "-c", script, directory.toString(), lock.toString()),
            Map.of(),
            HOME,
            LIMIT);
    if (made.status() != 0) {
      throw new AssertionError(
          "the environment of " + lock + " could not be made: " + made.out() + made.err());
    }
  }

  private static String hash(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** A program of the environment, such as {@code python}. */
  String program(String name) {
    return directory.resolve("bin").resolve(name).toString();
  }

  /**
   * What a script of this module's tests prints; it must succeed.
   *
   * @param script under {@code jobs/src/test/python}
   * @param directory that it runs in
   */
  String run(String script, Path directory, String... words)
      throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(List.of(program("python"), SCRIPTS.resolve(script).toString()));
    line.addAll(List.of(words));
    Finished run = Finished.run(line, Map.of(), directory, LIMIT);
    if (run.status() != 0) {
      throw new AssertionError(script + " ended with " + run.status() + ": " + run.err());
    }
    return run.out();
  }
}
