package io.paretune.udfs.spark;

import java.io.Serializable;

/**
 * Why a candidate could not be run on a shard.
 *
 * @param reason for people
 */
public record CandidateFailure(Kind kind, String reason) implements Serializable {

  /** Whose fault it is. */
  public enum Kind {
    /** The candidate's arithmetic overflows, wherever and whenever it runs. */
    OVERFLOW,
    /** It asked for memory when there was none, which others may have taken. */
    MEMORY
  }
}
