package io.paretune.udfs.prune;

import io.paretune.udfs.checkpoint.FileTurn;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Level indexes as files, named by the hash of all that they depend on ({@link LevelIndexKey}):
 * built once, then shared between runs, and through a shared directory between machines. Every file
 * is checked against its checksums when it is opened, and built anew if it is damaged. The levels
 * stay in the file's pages: the heap holds none. Safe for use by many threads, and by many
 * processes on one disk: one of them builds or fetches while the others wait.
 */
public final class LevelIndexStore {
  private static final Logger LOG = LoggerFactory.getLogger(LevelIndexStore.class);

  private final Path local;
  private final Optional<org.apache.hadoop.fs.Path> shared;
  private final Configuration hadoop;

  private LevelIndexStore(
      Path local, Optional<org.apache.hadoop.fs.Path> shared, Configuration hadoop) {
    this.local = local;
    this.shared = shared;
    this.hadoop = hadoop;
  }

  /** A store on this machine's disk. */
  public static LevelIndexStore local(Path directory) {
    return new LevelIndexStore(directory, Optional.empty(), new Configuration());
  }

  /**
   * A store that machines share.
   *
   * @param directory a URI; one of {@code file:} is mapped where it is
   * @param cache where files from elsewhere are copied to, on this machine's disk
   */
  public static LevelIndexStore shared(String directory, Path cache, Configuration hadoop) {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(directory);
    String scheme = path.toUri().getScheme();
    return scheme == null || scheme.equals("file")
        ? local(Path.of(path.toUri().getPath()))
        : new LevelIndexStore(cache, Optional.of(path), hadoop);
  }

  /**
   * The levels of a model.
   *
   * @param modelId content hash of the checkpoint
   * @param dense the decoder's layers in order
   * @throws InvalidInputException if a weight's score is not a number
   */
  public LevelIndex open(
      String modelId, PruningCriterion criterion, RatioGrid grid, List<FusedLayer> dense) {
    LevelIndexKey key = LevelIndexKey.of(modelId, criterion, grid);
    Path file = local.resolve(key.id() + ".levels").toAbsolutePath().normalize();
    try {
      Files.createDirectories(local);
      return FileTurn.take(
          local.resolve(key.id() + ".lock"), () -> open(file, key, criterion, dense));
    } catch (IOException e) {
      throw new UncheckedIOException("the level index " + file + " cannot be kept", e);
    }
  }

  private LevelIndex open(
      Path file, LevelIndexKey key, PruningCriterion criterion, List<FusedLayer> dense)
      throws IOException {
    Optional<LevelIndex> index = intact(file, key);
    if (index.isEmpty() && fetch(file)) {
      index = intact(file, key);
    }
    if (index.isPresent()) {
      return index.get();
    }
    long started = System.nanoTime();
    LevelIndex.write(file, key, criterion, dense);
    LOG.info(
        "level index {} of {}: built in {} s, {} bytes",
        key.id(),
        key.criterion().key(),
        (System.nanoTime() - started) / 1_000_000_000,
        Files.size(file));
    publish(file);
    return LevelIndex.open(file);
  }

  /** The index in a file, if there is one and it is whole. */
  private static Optional<LevelIndex> intact(Path file, LevelIndexKey key) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      LevelIndex index = LevelIndex.open(file);
      if (index.key().equals(key)) {
        return Optional.of(index);
      }
      LOG.warn("{} holds the levels of another model or calibration; it is replaced", file);
    } catch (InvalidInputException e) {
      LOG.warn("{}; it is replaced", e.getMessage());
    }
    return Optional.empty();
  }

  private boolean fetch(Path file) throws IOException {
    if (shared.isEmpty()) {
      return false;
    }
    org.apache.hadoop.fs.Path source = remote(shared.get(), file);
    FileSystem files = source.getFileSystem(hadoop);
    if (!files.exists(source)) {
      return false;
    }
    Path partial = Files.createTempFile(local, file.getFileName() + ".", ".unfinished");
    try (var in = files.open(source)) {
      Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
    return true;
  }

  /** Machines that build the same index at once publish the same bytes. */
  private void publish(Path file) throws IOException {
    if (shared.isEmpty()) {
      return;
    }
    org.apache.hadoop.fs.Path target = remote(shared.get(), file);
    FileSystem files = target.getFileSystem(hadoop);
    org.apache.hadoop.fs.Path partial = target.suffix("." + UUID.randomUUID() + ".partial");
    try (var out = files.create(partial)) {
      Files.copy(file, out);
    }
    files.delete(target, false); // a damaged one; rename does not replace
    if (!files.rename(partial, target)) {
      files.delete(partial, false); // another machine was faster
    }
  }

  private static org.apache.hadoop.fs.Path remote(org.apache.hadoop.fs.Path directory, Path file) {
    return new org.apache.hadoop.fs.Path(directory, String.valueOf(file.getFileName()));
  }
}
