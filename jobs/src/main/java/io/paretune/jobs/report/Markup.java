package io.paretune.jobs.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Text and numbers as they stand in HTML and SVG. */
final class Markup {
  private Markup() {}

  /** Text that no browser reads as markup, in an element or in a quoted attribute. */
  static String escaped(String s) {
    return s.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A coordinate, in pixels. */
  static String pixels(double value) {
    return format("%.1f", value);
  }

  /** As {@link String#format}, alike on every machine. */
  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Bytes in a unit that leaves few digits, of powers of 1000. */
  static String size(long bytes) {
    return bytes >= 1_000_000_000L
        ? format("%.2f GB", bytes / 1e9)
        : bytes >= 10_000 ? format("%.2f MB", bytes / 1e6) : bytes + " B";
  }

  /** A share as a percentage with one digit after the point. */
  static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  /** A time in seconds, with three digits that count. */
  static String seconds(double seconds) {
    return new BigDecimal(seconds).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** A score in [0, 1]. */
  static String score(double score) {
    return format("%.3f", score);
  }

  /** A difference of scores, in points of a hundred, with its sign. */
  static String points(double difference) {
    String text = format("%+.1f", 100 * difference);
    return text.equals("-0.0") || text.equals("+0.0") ? "0.0" : text;
  }
}
