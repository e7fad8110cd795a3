package io.paretune.jobs.judge;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/**
 * What a chat completion came to.
 *
 * @param model that answered, as the endpoint names it
 * @param text its reply
 * @param promptTokens that it counted; 0 where it does not say
 * @param completionTokens that it counted; 0 where it does not say
 */
record ChatReply(String model, String text, long promptTokens, long completionTokens) {

  /**
   * Reads a response's body.
   *
   * @throws MalformedReplyException if it is no chat completion with a text
   */
  static ChatReply parse(String body) {
    try {
      JsonObject reply = JsonParser.parseString(body).getAsJsonObject();
      JsonObject choice = reply.getAsJsonArray("choices").get(0).getAsJsonObject();
      JsonElement text = choice.getAsJsonObject("message").get("content");
      if (text == null || text.isJsonNull() || text.getAsString().isBlank()) {
        boolean cut = "length".equals(text(choice, "finish_reason"));
        throw new MalformedReplyException(
            "is empty"
                + (cut ? ": its tokens were used up before it began; raise judge.max-tokens" : ""));
      }
      return new ChatReply(
          text(reply, "model"),
          text.getAsString(),
          count(reply, "prompt_tokens"),
          count(reply, "completion_tokens"));
    } catch (JsonParseException
        | IllegalStateException
        | IndexOutOfBoundsException
        | NullPointerException
        | ClassCastException
        | UnsupportedOperationException
        | NumberFormatException e) {
      throw new MalformedReplyException("is no chat completion: " + JudgePrompt.brief(body));
    }
  }

  private static String text(JsonObject object, String key) {
    JsonElement value = object.get(key);
    return value == null || value.isJsonNull() ? "" : value.getAsString();
  }

  private static long count(JsonObject reply, String key) {
    JsonElement usage = reply.get("usage");
    if (usage == null || !usage.isJsonObject()) {
      return 0;
    }
    JsonElement count = usage.getAsJsonObject().get(key);
    return count == null || count.isJsonNull() ? 0 : count.getAsLong();
  }
}
