package io.paretune.jobs.tables;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Who holds a lease, as its file says.
 *
 * @param token tells holders apart
 * @param host the holder's machine
 * @param pid its process there
 * @param processStart when that process began, in milliseconds since 1970: process numbers are used
 *     again
 * @param beat its last sign of life, in milliseconds since 1970
 * @param released whether it gave the lease back
 */
record LeaseHolder(
    String token, String host, long pid, long processStart, long beat, boolean released) {

  /** This process. */
  static LeaseHolder self(Instant now) {
    ProcessHandle process = ProcessHandle.current();
    return new LeaseHolder(
        UUID.randomUUID().toString(),
        thisHost(),
        process.pid(),
        start(process),
        now.toEpochMilli(),
        false);
  }

  LeaseHolder alive(Instant now) {
    return new LeaseHolder(token, host, pid, processStart, now.toEpochMilli(), released);
  }

  LeaseHolder givenBack() {
    return new LeaseHolder(token, host, pid, processStart, beat, true);
  }

  /** Whether it has given the lease back, is dead for sure, or has not been heard of for long. */
  boolean isGone(Instant now, Duration expiry) {
    return released
        || (host.equals(thisHost()) && !isRunningHere())
        || age(now).compareTo(expiry) >= 0;
  }

  Duration age(Instant now) {
    return Duration.between(Instant.ofEpochMilli(beat), now);
  }

  private boolean isRunningHere() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(p -> start(p) == processStart)
        .isPresent();
  }

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static String thisHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without a name";
    }
  }

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("token", token);
    json.addProperty("host", host);
    json.addProperty("pid", pid);
    json.addProperty("process_start", processStart);
    json.addProperty("beat", beat);
    json.addProperty("released", released);
    return json.toString();
  }

  /** Empty while the file is being written. */
  static Optional<LeaseHolder> ofJson(String text) {
    try {
      JsonObject json = JsonParser.parseString(text).getAsJsonObject();
      return Optional.of(
          new LeaseHolder(
              json.get("token").getAsString(),
              json.get("host").getAsString(),
              json.get("pid").getAsLong(),
              json.get("process_start").getAsLong(),
              json.get("beat").getAsLong(),
              json.get("released").getAsBoolean()));
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      return Optional.empty();
    }
  }
}
