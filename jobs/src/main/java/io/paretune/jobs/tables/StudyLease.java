package io.paretune.jobs.tables;

import io.paretune.udfs.problem.Problem;
import io.paretune.udfs.problem.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to run a study, held by one process at a time. It is the numbered file of highest
 * number under {@code leases/STUDY} in the warehouse; its holder writes a sign of life into it.
 * Whoever finds the holder gone creates the next number, which only one can. A holder that was
 * asleep for so long that another took over finds the higher number, and may not write any more.
 */
public final class StudyLease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StudyLease.class);

  /**
   * How often a holder shows life, and after how long without it is taken for dead. Clocks of
   * drivers may differ by less than the difference.
   *
   * @param beat between two signs of life
   * @param expiry at least three beats
   */
  public record Times(Duration beat, Duration expiry) {
    /** Long enough for a pause of the garbage collector or a slow object store. */
    public static final Times USUAL = new Times(Duration.ofSeconds(5), Duration.ofSeconds(45));

    public Times {
      if (beat.isNegative() || beat.isZero() || expiry.compareTo(beat.multipliedBy(3)) < 0) {
        throw new IllegalArgumentException(
            "a lease expires after three beats or more, were %s and %s".formatted(beat, expiry));
      }
    }
  }

  private final String study;
  private final FileSystem files;
  private final Path directory;
  private final long number;
  private final Clock clock;
  private final Times times;
  private final Thread heart;
  private LeaseHolder holder;
  private volatile @Nullable String lost;

  private StudyLease(
      String study,
      FileSystem files,
      Path directory,
      long number,
      LeaseHolder holder,
      Clock clock,
      Times times) {
    this.study = study;
    this.files = files;
    this.directory = directory;
    this.number = number;
    this.holder = holder;
    this.clock = clock;
    this.times = times;
    this.heart = new Thread(this::beat, "study-lease");
    heart.setDaemon(true);
    heart.start();
  }

  /** {@link #take(Warehouse, String, Configuration, Clock, Times)} with the usual times. */
  public static StudyLease take(Warehouse warehouse, String study, Configuration hadoop) {
    return take(warehouse, study, hadoop, Clock.systemUTC(), Times.USUAL);
  }

  /**
   * Takes the lease. Where another holder's last sign of life is recent, waits until it shows
   * another, and then refuses, or until it is gone, and then takes over.
   *
   * @throws UnavailableException if another process runs the study
   */
  public static StudyLease take(
      Warehouse warehouse, String study, Configuration hadoop, Clock clock, Times times) {
    Path directory = new Path(warehouse.path("leases"), FileNames.of(study));
    try {
      FileSystem files = directory.getFileSystem(hadoop);
      while (true) {
        long highest = highest(files, directory);
        if (highest > 0) {
          awaitEnd(study, file(files, directory, highest), clock, times);
          if (highest(files, directory) != highest) {
            continue; // somebody else was faster
          }
        }
        LeaseHolder self = LeaseHolder.self(clock.instant());
        if (file(files, directory, highest + 1).create(self.toJson())) {
          StudyLease lease =
              new StudyLease(study, files, directory, highest + 1, self, clock, times);
          for (long old = highest; old > 0 && old > highest - 3; old--) {
            files.delete(file(files, directory, old).path(), false);
          }
          return lease;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the lease " + directory + " cannot be taken", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + directory, e);
    }
  }

  /**
   * Waits until a holder has ended or has been silent for long enough. Clocks of drivers differ, so
   * it is watched for three beats at least before its silence counts.
   *
   * @throws UnavailableException if it shows life
   */
  private static void awaitEnd(String study, ExclusiveFile file, Clock clock, Times times)
      throws IOException, InterruptedException {
    Optional<String> first = file.read();
    Optional<LeaseHolder> holder = first.flatMap(LeaseHolder::ofJson);
    long watched = System.nanoTime();
    boolean said = false;
    while (first.isPresent() && holder.filter(LeaseHolder::hasEnded).isEmpty()) {
      Instant now = clock.instant();
      Duration silent = holder.isPresent() ? holder.get().age(now) : file.age(now);
      boolean longEnough = System.nanoTime() - watched >= times.beat().multipliedBy(3).toNanos();
      if (longEnough && silent.compareTo(times.expiry()) >= 0) {
        return;
      }
      if (!said) {
        said = true;
        LOG.info(
            "study {} was run by {} {} s ago: waiting for a sign of life",
            study,
            holder.map(LeaseHolder::toString).orElse("whom its lease does not say"),
            silent.toSeconds());
      }
      TimeUnit.MILLISECONDS.sleep(Math.max(1, times.beat().toMillis() / 2));
      Optional<String> then = file.read();
      if (!then.equals(first)) {
        Optional<LeaseHolder> other = then.flatMap(LeaseHolder::ofJson);
        if (holder.isPresent() && other.filter(h -> !h.hasEnded()).isPresent()) {
          throw inUse(study, other.get(), clock.instant(), times);
        }
        first = then;
        holder = other;
        watched = System.nanoTime();
      }
    }
  }

  private static UnavailableException inUse(
      String study, LeaseHolder other, Instant now, Times times) {
    return new UnavailableException(
        new Problem(
            "study.name",
            "study \"%s\" is being run by %s, last heard of %d s ago"
                .formatted(study, other, Math.max(0, other.age(now).toSeconds())),
            "wait for it, or choose another study.name; a run that died is succeeded after %d s"
                .formatted(times.expiry().toSeconds())));
  }

  private static long highest(FileSystem files, Path directory) throws IOException {
    if (!files.exists(directory)) {
      return 0;
    }
    List<Long> numbers =
        Arrays.stream(files.listStatus(directory))
            .map(FileStatus::getPath)
            .map(Path::getName)
            .filter(n -> n.matches("\\d{1,18}"))
            .map(Long::valueOf)
            .toList();
    return numbers.stream().max(Comparator.naturalOrder()).orElse(0L);
  }

  private static ExclusiveFile file(FileSystem files, Path directory, long number) {
    return new ExclusiveFile(files, new Path(directory, Long.toString(number)));
  }

  private void beat() {
    try {
      while (lost == null) {
        TimeUnit.MILLISECONDS.sleep(times.beat().toMillis());
        showLife();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void showLife() {
    try {
      synchronized (this) {
        if (highest(files, directory) != number) {
          lost = "another process took study \"%s\" over".formatted(study);
          return;
        }
        holder = holder.alive(clock.instant());
        file(files, directory, number).replace(holder.toJson());
      }
    } catch (IOException | RuntimeException e) {
      // Tried again at the next beat; nobody takes over before several have failed.
      LOG.warn("the lease of study {} cannot be renewed: {}", study, e.getMessage());
    }
  }

  /**
   * Makes sure that this process still may write to the study.
   *
   * @throws IllegalStateException if it was silent for so long that another took over
   */
  public void requireHeld() {
    try {
      if (lost == null && highest(files, directory) != number) {
        lost = "another process took study \"%s\" over".formatted(study);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the lease " + directory + " cannot be read", e);
    }
    if (lost != null) {
      throw new IllegalStateException(
          lost
              + ": this run ends; what it had recorded stays, and the same command goes on with"
              + " it");
    }
  }

  private synchronized LeaseHolder holder() {
    return holder;
  }

  /** Gives the lease back. */
  @Override
  public void close() {
    heart.interrupt();
    try {
      heart.join();
      if (lost == null && highest(files, directory) == number) {
        file(files, directory, number).replace(holder().givenBack().toJson());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("the lease of study {} cannot be given back: {}", study, e.getMessage());
    }
  }
}
