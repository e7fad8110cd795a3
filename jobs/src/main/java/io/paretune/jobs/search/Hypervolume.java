package io.paretune.jobs.search;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The volume that points dominate below a reference point; every objective is minimised. Exact for
 * any number of objectives: a sweep for two and three, and the exclusive-volume recursion of WFG
 * (While, Bradstreet, Barone 2012, doi 10.1109/TEVC.2010.2077298, section III) beyond.
 */
public final class Hypervolume {
  private Hypervolume() {}

  /**
   * The volume that the points dominate together.
   *
   * @param points of as many numbers as the reference; those that do not beat it everywhere add
   *     nothing
   */
  public static double of(double[][] points, double[] reference) {
    double[][] inside =
        Arrays.stream(points).filter(p -> beats(p, reference)).toArray(double[][]::new);
    if (inside.length == 0) {
      return 0;
    }
    return switch (reference.length) {
      case 1 -> reference[0] - Arrays.stream(inside).mapToDouble(p -> p[0]).min().orElseThrow();
      case 2 -> ofTwo(inside, reference);
      case 3 -> ofThree(inside, reference);
      default -> ofMany(inside, reference);
    };
  }

  /** For each point, the volume that only it dominates; 0 for a dominated or repeated one. */
  public static double[] contributions(double[][] points, double[] reference) {
    double all = of(points, reference);
    double[] contributions = new double[points.length];
    for (int i = 0; i < points.length; i++) {
      contributions[i] = Math.max(0, all - of(without(points, i), reference));
    }
    return contributions;
  }

  /** What a new point adds to the volume of {@code points}. */
  public static double gain(double[][] points, double[] reference, double[] added) {
    if (!beats(added, reference)) {
      return 0;
    }
    double box = 1;
    for (int j = 0; j < reference.length; j++) {
      box *= reference[j] - added[j];
    }
    return Math.max(0, box - of(limitedTo(points, added), reference));
  }

  /** Points pushed up to {@code corner}: what they dominate of the corner's own box. */
  private static double[][] limitedTo(double[][] points, double[] corner) {
    double[][] limited = new double[points.length][corner.length];
    for (int i = 0; i < points.length; i++) {
      for (int j = 0; j < corner.length; j++) {
        limited[i][j] = Math.max(points[i][j], corner[j]);
      }
    }
    return limited;
  }

  private static boolean beats(double[] point, double[] reference) {
    for (int j = 0; j < reference.length; j++) {
      if (!(point[j] < reference[j])) {
        return false;
      }
    }
    return true;
  }

  private static double[][] without(double[][] points, int index) {
    double[][] rest = new double[points.length - 1][];
    System.arraycopy(points, 0, rest, 0, index);
    System.arraycopy(points, index + 1, rest, index, rest.length - index);
    return rest;
  }

  private static double ofTwo(double[][] points, double[] reference) {
    Arrays.sort(points, Comparator.comparingDouble((double[] p) -> p[0]));
    double volume = 0;
    double low = reference[1];
    for (double[] p : points) {
      if (p[1] < low) {
        volume += (reference[0] - p[0]) * (low - p[1]);
        low = p[1];
      }
    }
    return volume;
  }

  /** Slices along the third objective; each slice's area grows with the points below it. */
  private static double ofThree(double[][] points, double[] reference) {
    Arrays.sort(points, Comparator.comparingDouble((double[] p) -> p[2]));
    double[][] below = new double[points.length][];
    int count = 0; // below[0..count) is the staircase: first objective up, second down
    double volume = 0;
    double area = 0;
    for (int i = 0; i < points.length; i++) {
      double[] p = points[i];
      int keep = 0;
      boolean beaten = false;
      for (int k = 0; k < count && !beaten; k++) {
        beaten = below[k][0] <= p[0] && below[k][1] <= p[1];
      }
      if (!beaten) {
        for (int k = 0; k < count; k++) {
          if (!(p[0] <= below[k][0] && p[1] <= below[k][1])) {
            below[keep++] = below[k];
          }
        }
        int at = keep;
        while (at > 0 && below[at - 1][0] > p[0]) {
          below[at] = below[at - 1];
          at--;
        }
        below[at] = p;
        count = keep + 1;
        area = areaOf(below, count, reference);
      }
      double next = i + 1 < points.length ? points[i + 1][2] : reference[2];
      volume += area * (next - p[2]);
    }
    return volume;
  }

  private static double areaOf(double[][] staircase, int count, double[] reference) {
    double area = 0;
    double low = reference[1];
    for (int k = 0; k < count; k++) {
      area += (reference[0] - staircase[k][0]) * (low - staircase[k][1]);
      low = staircase[k][1];
    }
    return area;
  }

  private static double ofMany(double[][] points, double[] reference) {
    double volume = 0;
    for (int i = 0; i < points.length; i++) {
      volume += gain(Arrays.copyOfRange(points, i + 1, points.length), reference, points[i]);
    }
    return volume;
  }
}
