package io.paretune.jobs.judge;

/** A request that the endpoint understood and does not accept: status 400, 413 or 422. */
final class RefusedRequestException extends RuntimeException {
  RefusedRequestException(int status, String message) {
    super("status " + status + ": " + message);
  }
}
