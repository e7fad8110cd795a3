package io.paretune.udfs.engine;

import java.util.function.Supplier;

/** Takes back what was begun if the rest fails, with memory that no garbage collector sees. */
public final class Undo {
  private Undo() {}

  /**
   * What the rest makes.
   *
   * @param undo called only if it fails
   */
  public static <T> T unlessDone(Runnable undo, Supplier<T> rest) {
    boolean done = false;
    try {
      T made = rest.get();
      done = true;
      return made;
    } finally {
      if (!done) {
        undo.run();
      }
    }
  }
}
