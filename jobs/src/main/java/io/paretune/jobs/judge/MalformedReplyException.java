package io.paretune.jobs.judge;

/** A reply that is not what the protocol or the prompt asks for; another attempt may be. */
final class MalformedReplyException extends RuntimeException {
  MalformedReplyException(String what) {
    super("the reply " + what);
  }
}
