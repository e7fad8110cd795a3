package io.paretune.udfs.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Text as Python's {@code str} methods treat it, since the published evaluations are Python: what
 * counts as white space differs from Java's.
 */
final class PythonText {
  private PythonText() {}

  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /** {@code str.strip()}. */
  static String strip(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** {@code str.split()}: the words between white space, none of them empty. */
  static List<String> words(String text) {
    StringBuilder spaced = new StringBuilder(text.length());
    text.chars().forEach(c -> spaced.append(isSpace(c) ? ' ' : (char) c));
    return Arrays.stream(spaced.toString().split(" ")).filter(w -> !w.isEmpty()).toList();
  }

  /** {@code str.lower()}. */
  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** {@code str.capitalize()}: the first character in upper case, all others in lower case. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT) + lower(text.substring(first));
  }

  /** Where one of the values stands in the published files for "there is none". */
  static boolean isMissing(String text) {
    return text.isEmpty() || lower(text).equals("nan") || lower(text).equals("none");
  }
}
