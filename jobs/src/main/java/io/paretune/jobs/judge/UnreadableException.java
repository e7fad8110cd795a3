package io.paretune.jobs.judge;

/** A request whose replies could not be read, as often as it may be tried. */
final class UnreadableException extends RuntimeException {
  UnreadableException(String message) {
    super(message);
  }
}
