package io.paretune.jobs.search;

/** Whether less or more of an objective is better. */
public enum Direction {
  MINIMIZE(1),
  MAXIMIZE(-1);

  private final double sign;

  Direction(double sign) {
    this.sign = sign;
  }

  /** The value or its negative, so that less is better; its own inverse. */
  public double loss(double value) {
    return sign * value;
  }
}
