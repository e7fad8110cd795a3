package io.paretune.jobs.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A master and a worker of Spark's standalone cluster on loopback, on ports of their own. */
final class StandaloneCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);

  private final Path spark;
  private final Path directory;
  private final List<Process> processes = new ArrayList<>();
  private final String master;

  /**
   * @param spark what {@code SPARK_HOME} is set to
   * @param directory for logs and the worker's files
   */
  StandaloneCluster(Path spark, Path directory) throws IOException, InterruptedException {
    this.spark = spark;
    this.directory = directory;
    try {
      Path log = start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0");
      master = await(log, Pattern.compile("Starting Spark master at (spark://\\S+)"));
      log =
          start(
              "worker.Worker",
              "--host",
              "127.0.0.1",
              "--port",
              "0",
              "--webui-port",
              "0",
              "--cores",
              "2",
              "--memory",
              "2g",
              "--work-dir",
              directory.resolve("work").toString(),
              master);
      await(log, Pattern.compile("(Successfully registered with master)"));
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The master's address, {@code spark://…}. */
  String master() {
    return master;
  }

  /** What the worker said. */
  String workerLog() throws IOException {
    return Files.readString(log("worker.Worker"));
  }

  private Path start(String name, String... words) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(spark.resolve("bin/spark-class").toString());
    line.add("org.apache.spark.deploy." + name);
    line.addAll(Arrays.asList(words));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log(name).toFile());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_DAEMON_MEMORY", "512m");
    processes.add(builder.start());
    return log(name);
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private String await(Path log, Pattern said) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(START);
    while (Instant.now().isBefore(end)) {
      Matcher m = said.matcher(Files.readString(log));
      if (m.find()) {
        return m.group(1);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError("no \"" + said + "\" in " + START + ": " + Files.readString(log));
  }

  @Override
  public void close() {
    for (int i = processes.size() - 1; i >= 0; i--) {
      Process process = processes.get(i);
      List<ProcessHandle> executors = process.descendants().toList();
      process.destroy();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
      executors.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
