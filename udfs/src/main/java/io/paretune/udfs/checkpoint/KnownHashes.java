package io.paretune.udfs.checkpoint;

import io.paretune.udfs.hash.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hashes of files that this machine has read before: every command asks for its model's, and
 * reading the 14 GB of a 7B model takes many seconds. Files are the same if they have the same
 * paths, numbers, lengths, times of change and times of change of their status, which no program
 * can set. Safe for use by many processes.
 */
final class KnownHashes {
  private static final Logger LOG = LoggerFactory.getLogger(KnownHashes.class);

  /** A file that changed so shortly before may change again within one tick of its clock. */
  private static final Duration UNSETTLED = Duration.ofMinutes(1);

  private final Path directory;
  private final Clock clock;

  /**
   * Hashes kept in a directory.
   *
   * @param directory made when there is something to keep; may be deleted at any time
   */
  KnownHashes(Path directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * The hash of some files, as {@link ContentHash#of(Collection)} makes it.
   *
   * @param files read once if they changed or are not known
   */
  String of(Collection<Path> files) throws IOException {
    Instant begun = clock.instant();
    String state = state(files);
    Path kept = directory.resolve(Sha256.name(state));
    if (Files.isRegularFile(kept)) {
      String known = Files.readString(kept);
      if (known.matches("[0-9a-f]{16}")) {
        return known;
      }
    }
    String hash = ContentHash.of(files);
    if (isSettled(files, begun) && state.equals(state(files))) {
      keep(kept, hash);
    }
    return hash;
  }

  private static String state(Collection<Path> files) throws IOException {
    StringBuilder state = new StringBuilder();
    for (Path file : files.stream().sorted().toList()) {
      Map<String, Object> found = attributes(file);
      state.append(file.toRealPath()).append('\n');
      for (String name : new String[] {"ino", "size", "lastModifiedTime", "ctime"}) {
        state.append(found.get(name)).append('\n');
      }
    }
    return state.toString();
  }

  private static boolean isSettled(Collection<Path> files, Instant begun) throws IOException {
    Instant latest = begun.minus(UNSETTLED);
    for (Path file : files) {
      if (!(attributes(file).get("ctime") instanceof FileTime changed)
          || changed.toInstant().isAfter(latest)) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, Object> attributes(Path file) throws IOException {
    return Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime");
  }

  /** What cannot be kept is read again the next time. */
  private void keep(Path kept, String hash) {
    try {
      Files.createDirectories(directory);
      Path whole = directory.resolve("." + UUID.randomUUID());
      Files.writeString(whole, hash);
      Files.move(whole, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("the model will be hashed again by the next command: {}", e.toString());
    }
  }
}
