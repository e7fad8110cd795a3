package io.paretune.udfs.problem;

import java.io.Serializable;

/**
 * One thing that is wrong with what the user gave.
 *
 * @param where the file, key, option, tensor or row it was found in
 * @param what what is wrong, with the offending value
 * @param remedy what the user can do about it; empty where there is nothing to say
 */
public record Problem(String where, String what, String remedy) implements Serializable {
  public Problem {
    if (where.isBlank() || what.isBlank()) {
      throw new IllegalArgumentException("a problem says where it is and what it is");
    }
  }

  @Override
  public String toString() {
    return remedy.isEmpty() ? where + ": " + what : where + ": " + what + " — " + remedy;
  }
}
