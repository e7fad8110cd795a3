package io.paretune.udfs.benchmark;

import java.io.Serializable;
import java.util.List;

/**
 * When a generated answer ends, besides the model's own end token.
 *
 * @param maxNewTokens tokens of an answer, at most
 * @param stops texts at which an answer is cut, themselves left out
 */
public record GenerationRules(int maxNewTokens, List<String> stops) implements Serializable {
  public GenerationRules {
    stops = List.copyOf(stops);
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("an answer has at least one token, was " + maxNewTokens);
    }
    if (stops.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("an empty text would stop every answer at once");
    }
  }

  /** Until the model's own end. */
  static GenerationRules upTo(int maxNewTokens) {
    return new GenerationRules(maxNewTokens, List.of());
  }

  /** Text up to the first stop in it. */
  public String cut(String text) {
    int end = text.length();
    for (String stop : stops) {
      int at = text.indexOf(stop);
      end = at < 0 ? end : Math.min(end, at);
    }
    return text.substring(0, end);
  }
}
