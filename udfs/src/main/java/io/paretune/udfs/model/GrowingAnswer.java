package io.paretune.udfs.model;

import java.util.ArrayList;
import java.util.List;

/** A prompt's answer, which grows token by token until its stop rules or the model end it. */
final class GrowingAnswer {
  private final OpenPrompt prompt;
  private final List<Long> tokens = new ArrayList<>();

  /** Nothing has been answered yet. */
  GrowingAnswer(OpenPrompt prompt) {
    this.prompt = prompt;
  }

  OpenPrompt prompt() {
    return prompt;
  }

  /** The answer so far. */
  long[] tokens() {
    return tokens.stream().mapToLong(Long::longValue).toArray();
  }

  /** The token that was taken last; there is one. */
  long last() {
    return tokens.get(tokens.size() - 1);
  }

  /**
   * Takes the next token, unless it is an end token.
   *
   * @param positions that prefix, prompt and the tokens before this one take
   * @param most positions that the model has
   * @return whether the answer is at its end
   */
  boolean endsWith(long token, long positions, long most) {
    StopRules rules = prompt.rules();
    if (rules.endTokens().contains(token)) {
      return true;
    }
    tokens.add(token);
    return tokens.size() >= rules.maxTokens()
        || positions >= most
        || rules.endsAfter().test(tokens());
  }
}
