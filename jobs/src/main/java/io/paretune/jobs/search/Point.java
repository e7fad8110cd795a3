package io.paretune.jobs.search;

import java.util.Arrays;

/** A value for every variable of a space, as coordinates in the space's order. Immutable. */
public final class Point {
  private final double[] coordinates;
  private final int hash;

  private Point(double[] coordinates) {
    this.coordinates = coordinates;
    this.hash = Arrays.hashCode(coordinates);
  }

  public static Point of(double... coordinates) {
    double[] copy = coordinates.clone();
    for (int i = 0; i < copy.length; i++) {
      copy[i] += 0.0; // -0.0 becomes 0.0: one spelling, one point
    }
    return new Point(copy);
  }

  public int size() {
    return coordinates.length;
  }

  public double at(int parameter) {
    return coordinates[parameter];
  }

  /** The coordinate of a variable with choices. */
  public int choice(int parameter) {
    return (int) coordinates[parameter];
  }

  public double[] toArray() {
    return coordinates.clone();
  }

  /** This point with one coordinate changed. */
  public Point with(int parameter, double coordinate) {
    double[] changed = coordinates.clone();
    changed[parameter] = coordinate;
    return new Point(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Point p && Arrays.equals(p.coordinates, coordinates);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return Arrays.toString(coordinates);
  }
}
