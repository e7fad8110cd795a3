package io.paretune.jobs.judge;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Locale;

/** What a request says besides model and messages; not every endpoint takes all of it. */
enum Parameter {
  /** Greedy decoding. */
  TEMPERATURE,
  /** The same reply to the same request, as far as the endpoint can. */
  SEED,
  /** A JSON object as reply. */
  RESPONSE_FORMAT,
  /** Tokens of a reply, at most. */
  MAX_TOKENS,
  /** The same under its newer name. */
  MAX_COMPLETION_TOKENS;

  /** The name in the protocol. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The value that judging needs. */
  JsonElement value(int maxTokens) {
    return switch (this) {
      case TEMPERATURE, SEED -> new JsonPrimitive(0);
      case RESPONSE_FORMAT -> {
        JsonObject format = new JsonObject();
        format.addProperty("type", "json_object");
        yield format;
      }
      case MAX_TOKENS, MAX_COMPLETION_TOKENS -> new JsonPrimitive(maxTokens);
    };
  }
}
