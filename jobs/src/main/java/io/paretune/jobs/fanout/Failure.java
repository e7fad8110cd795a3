package io.paretune.jobs.fanout;

import org.jspecify.annotations.Nullable;

/** What an error says, in one line. */
final class Failure {
  private Failure() {}

  /** The kind and the message of what lies at the bottom of an error. */
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
