package io.paretune.jobs.tables;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Who holds a lease, as its file says.
 *
 * @param token tells holders apart
 * @param host the holder's machine
 * @param processes the space of process numbers that the next one is from, as the system names it:
 *     containers of one machine may have their own
 * @param pid its process there
 * @param beat its last sign of life, in milliseconds since 1970
 * @param released whether it gave the lease back
 */
record LeaseHolder(
    String token, String host, String processes, long pid, long beat, boolean released) {
  private static final Path OWN_PROCESSES = Path.of("/proc/self/ns/pid");

  /** This process. */
  static LeaseHolder self(Instant now) {
    return new LeaseHolder(
        UUID.randomUUID().toString(),
        thisHost(),
        theseProcesses(),
        ProcessHandle.current().pid(),
        now.toEpochMilli(),
        false);
  }

  LeaseHolder alive(Instant now) {
    return new LeaseHolder(token, host, processes, pid, now.toEpochMilli(), released);
  }

  LeaseHolder givenBack() {
    return new LeaseHolder(token, host, processes, pid, beat, true);
  }

  /**
   * Whether it has given the lease back or its process is no more. A number that another process
   * has by now looks alive: then silence tells.
   */
  boolean hasEnded() {
    return released
        || (host.equals(thisHost())
            && processes.equals(theseProcesses())
            && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  Duration age(Instant now) {
    return Duration.between(Instant.ofEpochMilli(beat), now);
  }

  private static String thisHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without a name";
    }
  }

  private static String theseProcesses() {
    try {
      return Files.readSymbolicLink(OWN_PROCESSES).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return ""; // a system without such spaces
    }
  }

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("token", token);
    json.addProperty("host", host);
    json.addProperty("processes", processes);
    json.addProperty("pid", pid);
    json.addProperty("beat", beat);
    json.addProperty("released", released);
    return json.toString();
  }

  /** Empty while the file is being written, or where another version wrote it. */
  static Optional<LeaseHolder> ofJson(String text) {
    try {
      JsonObject json = JsonParser.parseString(text).getAsJsonObject();
      return Optional.of(
          new LeaseHolder(
              json.get("token").getAsString(),
              json.get("host").getAsString(),
              json.get("processes").getAsString(),
              json.get("pid").getAsLong(),
              json.get("beat").getAsLong(),
              json.get("released").getAsBoolean()));
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "process " + pid + " on " + host;
  }
}
