package io.paretune.udfs.cost;

import io.paretune.udfs.problem.InvalidInputException;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load that a deployment is sized for: it fixes how many tokens the KV cache holds.
 *
 * @param batch requests held at once
 * @param context tokens of each request, image tokens included
 */
public record Workload(int batch, int context) implements Serializable {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})[x×]([1-9][0-9]{0,8})");

  public Workload {
    if (batch < 1 || context < 1) {
      throw new IllegalArgumentException(
          "a workload has at least one request of one token, was " + batch + "x" + context);
    }
  }

  /**
   * Reads {@code BATCHxCONTEXT}, such as {@code 16x4096}.
   *
   * @param where the key or option it came from
   * @throws InvalidInputException if the text has another form
   */
  public static Workload parse(String where, String text) {
    Matcher m = FORM.matcher(text.strip());
    if (!m.matches()) {
      throw new InvalidInputException(
          where,
          "\"" + text + "\" is not a workload",
          "give BATCHxCONTEXT, such as 16x4096: requests held at once x tokens of each");
    }
    return new Workload(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
  }

  /** Tokens that the cache holds. */
  public long tokens() {
    return (long) batch * context;
  }

  @Override
  public String toString() {
    return batch + "x" + context;
  }
}
