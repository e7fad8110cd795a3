package io.paretune.udfs.evaluate;

/** The evaluation was told to stop; nothing it had done counts. */
public final class CancelledException extends RuntimeException {
  public CancelledException() {
    super("the evaluation was cancelled");
  }
}
