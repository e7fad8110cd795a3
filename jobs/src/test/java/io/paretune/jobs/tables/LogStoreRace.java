package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Of several drivers that write the same version of a table, the store refuses all but one. */
public final class LogStoreRace {
  private static final int WRITERS = 4;

  private LogStoreRace() {}

  /** Has several write the same five versions below a directory at once. */
  public static void requireOneWinner(Configuration hadoop, String directory) throws Exception {
    ExecutorService drivers = Executors.newFixedThreadPool(WRITERS);
    try {
      for (int version = 0; version < 5; version++) {
        Path file = new Path(directory + "/_delta_log/%020d.json".formatted(version));
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
          String action = action(writer);
          writers.add(() -> write(file, action, hadoop));
        }
        List<Integer> winners = new ArrayList<>();
        List<Future<Boolean>> done = drivers.invokeAll(writers);
        for (int writer = 0; writer < WRITERS; writer++) {
          if (done.get(writer).get()) {
            winners.add(writer);
          }
        }
        assertThat(winners).as("version %d", version).hasSize(1);
        try (var read = new ConditionalLogStore(hadoop).read(file, hadoop)) {
          assertThat(read.next()).isEqualTo(action(winners.get(0)));
          assertThat(read.hasNext()).isFalse();
        }
      }
    } finally {
      drivers.shutdown();
    }
  }

  private static String action(int writer) {
    return "{\"commitInfo\":{\"writer\":%d}}".formatted(writer);
  }

  private static boolean write(Path file, String action, Configuration hadoop) throws IOException {
    try {
      new ConditionalLogStore(hadoop).write(file, List.of(action).iterator(), false, hadoop);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
