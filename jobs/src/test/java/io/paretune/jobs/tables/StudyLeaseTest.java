package io.paretune.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.paretune.udfs.problem.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StudyLeaseTest {
  /** Signs of life come fast, and nobody is taken for dead while a test lasts. */
  private static final StudyLease.Times PATIENT =
      new StudyLease.Times(Duration.ofMillis(100), Duration.ofHours(1));

  private static final StudyLease.Times SHORT =
      new StudyLease.Times(Duration.ofMillis(100), Duration.ofSeconds(2));

  @TempDir Path directory;

  private StudyLease take(String study) {
    return take(study, PATIENT);
  }

  private StudyLease take(String study, StudyLease.Times times) {
    return StudyLease.take(
        Warehouse.at("warehouse", directory.toString()),
        study,
        new Configuration(),
        Clock.systemUTC(),
        times);
  }

  private Path leaseFile(String study, long number) {
    return directory.resolve("leases").resolve(study).resolve(Long.toString(number));
  }

  /** As another machine's driver would have left it. */
  private void heldElsewhere(String study, Instant beat) throws Exception {
    Files.createDirectories(leaseFile(study, 1).getParent());
    Files.writeString(
        leaseFile(study, 1),
        new LeaseHolder("token", "elsewhere", "", 77, beat.toEpochMilli(), false).toJson());
  }

  @Test
  void aSecondDriverIsRefusedAndAnotherStudyIsNot() {
    try (StudyLease first = take("night");
        StudyLease other = take("day")) {
      assertThatThrownBy(() -> take("night"))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining(
              "study.name: study \"night\" is being run by process "
                  + ProcessHandle.current().pid()
                  + " on ")
          .hasMessageContaining("wait for it, or choose another study.name")
          .hasMessageContaining("succeeded after 3600 s");
      first.requireHeld();
      other.requireHeld();
    }
    take("night").close();
  }

  @Test
  void ofManyAtOnceOneGetsIt() throws Exception {
    ExecutorService drivers = Executors.newFixedThreadPool(6);
    List<Future<StudyLease>> asked = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      asked.add(drivers.submit(() -> take("night")));
    }
    List<StudyLease> got = new ArrayList<>();
    for (Future<StudyLease> future : asked) {
      Throwable refused = catchThrowable(() -> got.add(future.get()));
      if (refused != null) {
        assertThat(refused).hasCauseInstanceOf(UnavailableException.class);
      }
    }
    drivers.shutdown();
    assertThat(got).hasSize(1);
    got.get(0).close();
  }

  @Test
  void aDriverThatDiedOnThisMachineIsSucceededAtOnce() throws Exception {
    Process died = new ProcessBuilder("true").start();
    died.waitFor();
    LeaseHolder self = LeaseHolder.self(Instant.now());
    Files.createDirectories(leaseFile("night", 1).getParent());
    Files.writeString(
        leaseFile("night", 1),
        new LeaseHolder(
                "t", self.host(), self.processes(), died.pid(), Instant.now().toEpochMilli(), false)
            .toJson());

    try (StudyLease lease = take("night")) {
      lease.requireHeld(); // an hour before its time
    }
  }

  /** A container on this machine with process numbers of its own: 77 says nothing here. */
  @Test
  void aDriverWhoseProcessCannotBeSeenFromHereIsNotTakenForDead() throws Exception {
    Process died = new ProcessBuilder("true").start();
    died.waitFor();
    String host = LeaseHolder.self(Instant.now()).host();
    LeaseHolder inside =
        new LeaseHolder("t", host, "pid:[1]", died.pid(), Instant.now().toEpochMilli(), false);
    Files.createDirectories(leaseFile("night", 1).getParent());
    Files.writeString(leaseFile("night", 1), inside.toJson());
    CompletableFuture<Void> beat =
        CompletableFuture.runAsync(
            () -> write(leaseFile("night", 1), inside.alive(Instant.now().plusMillis(1)).toJson()),
            CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));

    assertThatThrownBy(() -> take("night"))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("is being run by process " + died.pid() + " on " + host);
    beat.join();
  }

  /** By its own clock a driver elsewhere beat an hour ago; it beats all the same. */
  @Test
  void aDriverWhoseClockIsWrongIsWatchedBeforeItIsTakenForDead() throws Exception {
    Instant wrong = Instant.now().minus(Duration.ofHours(1));
    heldElsewhere("night", wrong);
    CompletableFuture<Void> beat =
        CompletableFuture.runAsync(
            () ->
                write(
                    leaseFile("night", 1),
                    new LeaseHolder("token", "elsewhere", "", 77, wrong.toEpochMilli() + 1, false)
                        .toJson()),
            CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));

    assertThatThrownBy(() -> take("night", SHORT)).isInstanceOf(UnavailableException.class);
    beat.join();
  }

  @Test
  void aLeaseThatSaysNothingIsSucceededWhenItIsOld() throws Exception {
    Files.createDirectories(leaseFile("night", 1).getParent());
    Files.writeString(leaseFile("night", 1), "");

    try (StudyLease lease = take("night", SHORT)) {
      lease.requireHeld();
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDriverElsewhereIsSucceededWhenItHasBeenSilentForLong() throws Exception {
    heldElsewhere("night", Instant.now());
    Instant asked = Instant.now();

    try (StudyLease lease = take("night", SHORT)) {
      lease.requireHeld();
      assertThat(Duration.between(asked, Instant.now())).isGreaterThan(Duration.ofMillis(1900));
    }
  }

  @Test
  void whoWasTakenForDeadMayNotWriteAnyMore() throws Exception {
    StudyLease sleeper = take("night");
    Files.writeString(
        leaseFile("night", 2), LeaseHolder.self(Instant.now()).toJson()); // the successor's

    assertThatThrownBy(sleeper::requireHeld)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("another process took study \"night\" over: this run ends");
    sleeper.close();
    assertThat(Files.readString(leaseFile("night", 2))).contains("\"released\":false");
  }
}
