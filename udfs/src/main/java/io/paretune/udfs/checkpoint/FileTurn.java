package io.paretune.udfs.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Work that one thread of one process on a disk does at a time, while the others wait. */
public final class FileTurn {
  /** File locks keep processes apart, these the threads of this one. */
  private static final ConcurrentMap<Path, Object> IN_THIS_PROCESS = new ConcurrentHashMap<>();

  private FileTurn() {}

  /** What is done in turn. */
  public interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Waits until nobody else works under the lock, then works.
   *
   * @param lock a file that stands for what is worked on; made if it is not there, and left
   */
  public static <T> T take(Path lock, Work<T> work) throws IOException {
    Path file = lock.toAbsolutePath().normalize();
    synchronized (IN_THIS_PROCESS.computeIfAbsent(file, path -> new Object())) {
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        if (!held.isValid()) {
          throw new IOException("the lock " + file + " was lost");
        }
        return work.run();
      }
    }
  }
}
