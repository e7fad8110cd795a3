package io.paretune.jobs.judge;

/** An endpoint that failed as often as a request may be tried; later it may work. */
public final class EndpointException extends RuntimeException {
  EndpointException(String message) {
    super(message);
  }
}
