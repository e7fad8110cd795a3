package io.paretune.udfs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionTokenizerTest {
  @TempDir Path directory;

  private static Sample asked(String question, String... options) {
    return new Sample("q1", "image", question, List.of(options), List.of("yes"), "");
  }

  @Test
  void cutsTheWholePromptAtItsImage() {
    try (Checkpoint demo = Checkpoint.open(Goldens.DEMO)) {
      QuestionTokenizer tokenizer = new QuestionTokenizer(DemoQuestions.BENCHMARK, demo);
      PreparedQuestion q = tokenizer.prepare(asked("Is it red?", "yes", "a dog and a cat"));

      String prompt = "USER: <image>\nIs it red? ASSISTANT:";
      long image = demo.config().imageTokenId();
      long[] whole = joined(tokenizer.textBefore(), new long[] {image}, q.suffix());
      assertThat(whole).containsExactly(demo.tokenizer().encode(prompt));
      assertThat(joined(whole, q.options().get(0)))
          .containsExactly(demo.tokenizer().encode(prompt + " yes"));
      assertThat(joined(whole, q.options().get(1)))
          .containsExactly(demo.tokenizer().encode(prompt + " a dog and a cat"));
      assertThat(q.options().get(1)).as("several tokens").hasSizeGreaterThan(1);
      assertThat(q.answer()).containsExactly(q.options().get(0));
    }
  }

  @Test
  void aFreeQuestionHasNoOptions() {
    try (Checkpoint demo = Checkpoint.open(Goldens.DEMO)) {
      PreparedQuestion q =
          new QuestionTokenizer(DemoQuestions.BENCHMARK, demo).prepare(asked("Is it red?"));
      assertThat(q.options()).isEmpty();
      assertThat(q.answer()).isNotEmpty();
    }
  }

  @Test
  void refusesAnImageTokenInAQuestion() {
    try (Checkpoint demo = Checkpoint.open(Goldens.DEMO)) {
      QuestionTokenizer tokenizer = new QuestionTokenizer(DemoQuestions.BENCHMARK, demo);
      assertThatThrownBy(() -> tokenizer.prepare(asked("Is <image> red?", "yes")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "sample q1: its question contains <image>: \"Is <image> red?\" — remove it: the"
                  + " prompt template puts the image in");
    }
  }

  @Test
  void refusesAnOptionThatMergesWithThePrompt() throws IOException {
    Goldens.copy(Goldens.DEMO, directory);
    Path file = directory.resolve("tokenizer.json");
    String merging =
        ",{\"id\":2047,\"content\":\": yes\",\"single_word\":false,\"lstrip\":false,"
            + "\"rstrip\":false,\"normalized\":false,\"special\":false}";
    String text = Files.readString(file);
    String changed = text.replaceFirst("\\s*\\],(\\s*\"normalizer\")", merging + "],$1");
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(file, changed);

    try (Checkpoint odd = Checkpoint.open(directory)) {
      QuestionTokenizer tokenizer = new QuestionTokenizer(DemoQuestions.BENCHMARK, odd);
      assertThatThrownBy(() -> tokenizer.prepare(asked("Is it red?", "no", "yes")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "sample q1: the tokens of the prompt followed by \"yes\" do not begin with the"
                  + " prompt's — the tokenizer merges across the border: change the option's first"
                  + " characters");
    }
  }

  private static long[] joined(long[]... parts) {
    return Arrays.stream(parts).flatMapToLong(LongStream::of).toArray();
  }
}
