package io.paretune.jobs.judge;

import java.net.http.HttpRequest;
import java.util.Map;
import java.util.Optional;

/**
 * The endpoint's key. It exists in the driver's memory alone: it is no record, has no accessor, is
 * never serialized and cannot be printed.
 */
final class ApiKey {
  private final Optional<String> value;

  private ApiKey(Optional<String> value) {
    this.value = value;
  }

  /**
   * The key that an environment variable holds, if it is set: a server of one's own may need none.
   */
  static ApiKey of(Map<String, String> environment, String variable) {
    return new ApiKey(
        Optional.ofNullable(environment.get(variable))
            .map(String::strip)
            .filter(k -> !k.isEmpty()));
  }

  boolean isPresent() {
    return value.isPresent();
  }

  void authorize(HttpRequest.Builder request) {
    value.ifPresent(key -> request.header("Authorization", "Bearer " + key));
  }

  /** The text without the key: some endpoints repeat it in their errors. */
  String redacted(String text) {
    return value.map(key -> text.replace(key, toString())).orElse(text);
  }

  @Override
  public String toString() {
    return "(key)";
  }
}
