package io.paretune.udfs.checkpoint;

import java.util.Set;

/**
 * Recognises the Jinja templates that render one user turn of an image and a text as {@code USER:
 * <image>\n… ASSISTANT:}. Templates are compared without their comments, white space inside tags,
 * kind of quotes and names of loop variables.
 */
final class LlavaTemplates {
  /** As published with llava-hf/llava-1.5-7b-hf: images first, then texts. */
  private static final String PUBLISHED =
      "{% for message in messages %}{% if message['role'] != 'system' %}"
          + "{{ message['role'].upper() + ': '}}{% endif %}"
          + "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
          + "{{ '<image>\\n' }}{% endfor %}"
          + "{% if message['role'] != 'assistant' %}"
          + "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
          + "{{ content['text'] + ' '}}{% endfor %}{% else %}"
          + "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
          + "{% generation %}{{ content['text'] + ' '}}{% endgeneration %}{% endfor %}{% endif %}"
          + "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

  /** The same in the order of the content. */
  private static final String IN_ORDER =
      "{% for m in messages %}{{ m['role'].upper() }}: {% for c in m['content'] %}"
          + "{% if c['type']=='image' %}<image>\n{% else %}{{ c['text'] }}{% endif %}{% endfor %} "
          + "{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}";

  private static final Set<String> KNOWN =
      Set.of(
          canonical(PUBLISHED),
          canonical(PUBLISHED.replace("{% generation %}", "").replace("{% endgeneration %}", "")),
          canonical(IN_ORDER));

  private LlavaTemplates() {}

  static boolean matches(String template) {
    return KNOWN.contains(canonical(template));
  }

  private static String canonical(String template) {
    return template
        .replaceAll("(?s)\\{#.*?#\\}", "")
        .strip()
        .replace('"', '\'')
        .replaceAll("\\b(message|m)\\b", "m")
        .replaceAll("\\b(content|c)\\b(?!')", "c")
        .replaceAll("(\\{[%{])-?\\s*", "$1")
        .replaceAll("\\s*-?([%}]\\})", "$1")
        .replaceAll("\\s*(==|!=|\\+|\\||,)\\s*", "$1");
  }
}
