package io.paretune.udfs.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a misspelt name was probably meant to be. */
public final class Suggestion {
  private Suggestion() {}

  /**
   * The known name nearest to the given one, if it is near enough to be what was meant: at most a
   * third of its letters differ.
   */
  public static Optional<String> nearest(String given, Collection<String> known) {
    return known.stream()
        .filter(name -> distance(given, name) * 3 <= Math.max(3, name.length()))
        .min(Comparator.comparingInt(name -> distance(given, name)));
  }

  /** A remedy such as {@code did you mean "tune"?}, or, with nothing near, {@code otherwise}. */
  public static String remedy(String given, Collection<String> known, String otherwise) {
    return nearest(given, known).map(name -> "did you mean \"" + name + "\"?").orElse(otherwise);
  }

  /** A remedy that names what there is, for few names, and the nearest of them first. */
  public static String among(String given, Collection<String> known) {
    String all = known.isEmpty() ? "there are none" : "there are " + String.join(", ", known);
    return nearest(given, known).map(name -> "did you mean \"" + name + "\"? " + all).orElse(all);
  }

  /**
   * Letters to insert, delete, replace or swap with their neighbour to turn one into the other
   * (optimal string alignment).
   */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1]; // d[i][j]: first i of a, first j of b
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least =
            Math.min(d[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        d[i][j] = swapped ? Math.min(least, d[i - 2][j - 2] + 1) : least;
      }
    }
    return d[a.length()][b.length()];
  }
}
