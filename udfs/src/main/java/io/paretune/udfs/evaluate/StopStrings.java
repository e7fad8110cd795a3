package io.paretune.udfs.evaluate;

import java.util.List;

/**
 * Texts that end an answer; it is what stands before the first of them.
 *
 * @param strings none of them empty
 */
public record StopStrings(List<String> strings) {
  /** Nothing but end tokens and length ends an answer. */
  public static final StopStrings NONE = new StopStrings(List.of());

  public StopStrings {
    strings = List.copyOf(strings);
    if (strings.contains("")) {
      throw new IllegalArgumentException("an empty text would end every answer");
    }
  }

  /** Whether one of them is in the text. */
  boolean in(String text) {
    return strings.stream().anyMatch(text::contains);
  }

  /** The text before the first of them, all of it where there is none. */
  String cut(String text) {
    int end = text.length();
    for (String stop : strings) {
      int at = text.indexOf(stop);
      end = at < 0 ? end : Math.min(end, at);
    }
    return text.substring(0, end);
  }
}
