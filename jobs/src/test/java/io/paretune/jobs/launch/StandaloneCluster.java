package io.paretune.jobs.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A master and workers of Spark's standalone cluster, each on a loopback address and ports of its
 * own; what it started, and nothing else, is ended with it.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);

  private final Path spark;
  private final Path directory;
  private final Map<String, String> environment;
  private final List<Process> processes = new ArrayList<>();
  private final String master;

  /**
   * A master and one worker of two cores.
   *
   * @param spark what {@code SPARK_HOME} is set to
   * @param directory for logs and the worker's files
   */
  StandaloneCluster(Path spark, Path directory) throws IOException, InterruptedException {
    this(spark, directory, Map.of());
    addWorkers(1);
  }

  /**
   * A master without workers.
   *
   * @param spark what {@code SPARK_HOME} is set to
   * @param directory for logs and the workers' files
   * @param environment of all of them
   */
  StandaloneCluster(Path spark, Path directory, Map<String, String> environment)
      throws IOException, InterruptedException {
    this.spark = spark;
    this.directory = directory;
    this.environment = Map.copyOf(environment);
    try {
      Path log =
          start(
              "master.Master",
              "127.0.0.1",
              "master",
              this.environment,
              List.of("--port", "0", "--webui-port", "0"));
      master = await(log, Pattern.compile("Starting Spark master at (spark://\\S+)"));
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Adds workers until there are so many. */
  void haveWorkers(int workers) throws IOException, InterruptedException {
    addWorkers(workers - (processes.size() - 1));
  }

  /** Adds workers of two cores, the first on 127.0.0.2, the next on 127.0.0.3, … */
  void addWorkers(int workers) throws IOException, InterruptedException {
    int first = processes.size() - 1;
    List<Path> logs = new ArrayList<>();
    for (int i = first; i < first + workers; i++) {
      Map<String, String> own = new HashMap<>(environment);
      own.put("SPARK_LOCAL_DIRS", directory.resolve("local" + i).toString());
      logs.add(
          start(
              "worker.Worker",
              "127.0.0." + (2 + i),
              "worker" + i,
              own,
              List.of(
                  "--port",
                  "0",
                  "--webui-port",
                  "0",
                  "--cores",
                  "2",
                  "--memory",
                  "2g",
                  "--work-dir",
                  directory.resolve("work" + i).toString(),
                  master)));
    }
    for (Path worker : logs) {
      await(worker, Pattern.compile("(Successfully registered with master)"));
    }
  }

  /** The master's address, {@code spark://…}. */
  String master() {
    return master;
  }

  /** What the first worker said. */
  String workerLog() throws IOException {
    return Files.readString(log("worker0"));
  }

  /** A worker's process; its executors are its children. */
  ProcessHandle worker(int number) {
    return processes.get(1 + number).toHandle();
  }

  /** The executor that runs on a worker. */
  ProcessHandle executor(int worker) throws InterruptedException {
    Instant end = Instant.now().plus(START);
    while (Instant.now().isBefore(end)) {
      Optional<ProcessHandle> found =
          worker(worker).descendants().filter(ProcessHandle::isAlive).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError("worker " + worker + " runs no executor");
  }

  /** Where a worker's executors keep their shuffle files and blocks. */
  Path localDirectory(int worker) {
    return directory.resolve("local" + worker);
  }

  private Path start(
      String name, String host, String log, Map<String, String> environment, List<String> words)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(spark.resolve("bin/spark-class").toString());
    line.add("org.apache.spark.deploy." + name);
    line.addAll(List.of("--host", host));
    line.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log(log).toFile());
    builder.environment().putAll(environment);
    builder.environment().put("SPARK_LOCAL_IP", host);
    builder.environment().put("SPARK_DAEMON_MEMORY", "512m");
    processes.add(builder.start());
    return log(log);
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
