package io.paretune.jobs.fanout;

import org.jspecify.annotations.Nullable;

/** A task could not answer its shard, for a reason that is not the candidate's. */
final class ShardFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ShardFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /** One line: the kind and the message of what lies at the bottom of an error. */
  static String said(Throwable error) {
    Throwable root = error;
    for (@Nullable Throwable e = error; e != null; e = e.getCause() == e ? null : e.getCause()) {
      root = e;
    }
    String message = String.valueOf(root.getMessage()).strip();
    return root.getClass().getSimpleName()
        + (root.getMessage() == null || message.isEmpty()
            ? ""
            : ": " + message.lines().findFirst().orElse(""));
  }
}
