package io.paretune.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.jobs.tables.FrontierTable;
import io.paretune.jobs.tables.TrialsTable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a command left on disk, to be compared with what the next one leaves. */
final class FilesOnDisk {
  private FilesOnDisk() {}

  /** How many files the log of each table has: one more by every commit. */
  static Map<String, Integer> commits(Path warehouse) {
    Map<String, Integer> versions = new TreeMap<>();
    for (File table : warehouse.toFile().listFiles()) {
      String[] log = new File(table, "_delta_log").list((folder, name) -> name.endsWith(".json"));
      if (log != null) {
        versions.put(table.getName(), log.length);
      }
    }
    assertThat(versions).containsKeys(TrialsTable.NAME, FrontierTable.NAME);
    return versions;
  }

  static Map<Path, FileTime> times(Path directory) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> below = Files.walk(directory)) {
      for (Path file : below.filter(Files::isRegularFile).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }
}
