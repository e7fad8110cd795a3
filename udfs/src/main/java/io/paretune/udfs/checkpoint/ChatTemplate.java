package io.paretune.udfs.checkpoint;

import com.google.gson.JsonObject;
import io.paretune.udfs.problem.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a question about an image becomes the model's prompt. No Jinja runs here: the templates of
 * the LLaVA-1.5 family are recognised by their text, any other must be given as a pattern.
 */
public final class ChatTemplate {
  /** Stands for the image in a prompt. */
  public static final String IMAGE = "<image>";

  private static final String QUESTION = "{question}";
  private static final String LLAVA = "USER: <image>\n{question} ASSISTANT:";

  private final String before;
  private final String after;

  private ChatTemplate(String before, String after) {
    this.before = before;
    this.after = after;
  }

  /**
   * A template given by the user.
   *
   * @param pattern the prompt with {@code <image>} once and, after it, {@code {question}} once
   * @throws InvalidInputException if it is not so
   */
  public static ChatTemplate ofPattern(String pattern) {
    int question = pattern.indexOf(QUESTION);
    if (count(pattern, IMAGE) != 1
        || count(pattern, QUESTION) != 1
        || pattern.indexOf(IMAGE) > question) {
      throw new InvalidInputException(
          "prompt",
          "must have %s once and, after it, %s once, was \"%s\""
              .formatted(IMAGE, QUESTION, pattern),
          "for example \"" + LLAVA.replace("\n", "\\n") + "\"");
    }
    return new ChatTemplate(
        pattern.substring(0, question), pattern.substring(question + QUESTION.length()));
  }

  /**
   * The template of a model directory: {@code chat_template.jinja}, {@code chat_template.json} or
   * {@code tokenizer_config.json}, the first that has one; LLaVA-1.5's if none has.
   *
   * @throws InvalidInputException if the template is not one of the LLaVA-1.5 family
   */
  static ChatTemplate read(Path directory) {
    Path jinja = directory.resolve("chat_template.jinja");
    if (Files.exists(jinja)) {
      return recognise(jinja.toString(), JsonKeys.readText(jinja));
    }
    for (String name : new String[] {"chat_template.json", "tokenizer_config.json"}) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        Optional<String> template = templateIn(JsonKeys.readObject(file));
        if (template.isPresent()) {
          return recognise(file + ": chat_template", template.get());
        }
      }
    }
    return ofPattern(LLAVA);
  }

  private static Optional<String> templateIn(JsonObject object) {
    return Optional.ofNullable(object.get("chat_template"))
        .filter(template -> !template.isJsonNull())
        .map(template -> template.isJsonPrimitive() ? template.getAsString() : template.toString());
  }

  private static ChatTemplate recognise(String where, String template) {
    if (LlavaTemplates.matches(template)) {
      return ofPattern(LLAVA);
    }
    throw new InvalidInputException(
        where,
        "is not a chat template of the LLaVA-1.5 family, the only one known",
        "put a template that makes " + LLAVA.replace("\n", "\\n") + " of a question in its place");
  }

  /**
   * The prompt up to where the answer begins, {@value #IMAGE} standing for the image.
   *
   * @throws InvalidInputException if the question itself has {@value #IMAGE}
   */
  public String prompt(String question) {
    if (question.contains(IMAGE)) {
      throw new InvalidInputException("question", "contains " + IMAGE + ": \"" + question + "\"");
    }
    return before + question + after;
  }

  private static int count(String text, String part) {
    return (text.length() - text.replace(part, "").length()) / part.length();
  }
}
