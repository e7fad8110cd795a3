package io.paretune.udfs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {
  private static final String PROMPT = "USER: <image>\nWhat? ASSISTANT:";

  /** Of llava-hf/llava-1.5-7b-hf, with its comments. */
  private static final String PUBLISHED =
      "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': '}}{% endif %}"
          + "{# Render all images first #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
          + "{{ '<image>\\n' }}{% endfor %}{# Render all text next #}{% if message['role'] != 'assistant' %}"
          + "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' '}}"
          + "{% endfor %}{% else %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
          + "{% generation %}{{ content['text'] + ' '}}{% endgeneration %}{% endfor %}{% endif %}{% endfor %}"
          + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

  @TempDir private Path directory;

  @Test
  void theFamilysTemplatesAreKnownInEveryPlace() throws IOException {
    assertThat(ChatTemplate.read(directory).prompt("What?")).isEqualTo(PROMPT);
    write("tokenizer_config.json", "{\"chat_template\":null}");
    assertThat(ChatTemplate.read(directory).prompt("What?")).isEqualTo(PROMPT);
    JsonObject json = new JsonObject();
    json.addProperty("chat_template", PUBLISHED);
    write("chat_template.json", json.toString());
    assertThat(ChatTemplate.read(directory).prompt("What?")).isEqualTo(PROMPT);
    write("chat_template.jinja", PUBLISHED.replace('\'', '"') + "\n");
    assertThat(ChatTemplate.read(directory).prompt("What?")).isEqualTo(PROMPT);
    assertThat(ChatTemplate.read(Goldens.DEMO).prompt("What?")).isEqualTo(PROMPT);
  }

  @Test
  void anotherTemplateIsRefused() throws IOException {
    write("chat_template.jinja", PUBLISHED.replace("ASSISTANT:", "[/INST]"));
    assertThatThrownBy(() -> ChatTemplate.read(directory))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "chat_template.jinja: is not a chat template of the LLaVA-1.5 family");
  }

  @Test
  void aPatternOfTheUserMustHaveImageAndQuestionOnce() {
    assertThat(ChatTemplate.ofPattern("System. USER: <image>\n{question} A:").prompt("{question}?"))
        .isEqualTo("System. USER: <image>\n{question}? A:");
    for (String wrong :
        new String[] {"<image>", "{question}", "{question}<image>", "<image><image>{question}"}) {
      assertThatThrownBy(() -> ChatTemplate.ofPattern(wrong))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("prompt: must have <image> once and, after it, {question} once");
    }
  }

  @Test
  void aQuestionCannotBringAnImageOfItsOwn() {
    assertThatThrownBy(() -> ChatTemplate.read(directory).prompt("Is <image> red?"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("question: contains <image>: \"Is <image> red?\"");
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }
}
