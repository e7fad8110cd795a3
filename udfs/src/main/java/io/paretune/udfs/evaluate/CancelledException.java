package io.paretune.udfs.evaluate;

import java.util.function.BooleanSupplier;

/** The evaluation was told to stop; nothing it had done counts. */
public final class CancelledException extends RuntimeException {
  public CancelledException() {
    super("the evaluation was cancelled");
  }

  /**
   * Asks whether to go on.
   *
   * @throws CancelledException if not
   */
  public static void throwIf(BooleanSupplier cancelled) {
    if (cancelled.getAsBoolean()) {
      throw new CancelledException();
    }
  }
}
