package io.paretune.jobs.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.MmBench;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Judges reply in more forms than they are asked for. */
class JudgePromptTest {
  private static final JudgedAnswer FREE =
      new JudgedAnswer(
          "q",
          new GenericBenchmark("b"),
          new Sample("q", "i", "?", List.of(), List.of("red"), ""),
          "red");

  /** B is right. */
  private static final JudgedAnswer CHOICE =
      new JudgedAnswer(
          "q",
          new MmBench("b", Protocol.LLAVA),
          new Sample(
              "b", "1", "i", "?", "", List.of("cat", "dog", "fish"), List.of("B"), "", "1", ""),
          "an animal");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"option\": \"B\"}",
        "{\"option\":\"b\"}",
        "{\"option\": \"B.\"}",
        "{\"option\": \"(B)\"}",
        "{\"option\": \"B. dog\"}",
        "```json\n{\"option\": \"B\"}\n```",
        "<think>{\"option\": \"A\"}? No.</think> {\"option\": \"b\"}",
        "B",
        "b.\n",
        "**B**",
        "Option B",
        "B) Dog."
      })
  void theRightLetterIsFound(String reply) {
    assertThat(JudgePrompt.score(CHOICE, reply)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"option\": \"a\"}", "{\"option\": \"Z\"}", "z", "C."})
  void anotherLetterIsWrong(String reply) {
    assertThat(JudgePrompt.score(CHOICE, reply)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "A dog, I think",
        "{\"option\": \"D\"}",
        "{\"option\": null}",
        "{\"option\": [\"B\"]}",
        "It is B or C",
        "B. or C.",
        "B. cat",
        "{\"score\": 1}"
      })
  void noLetterIsMadeUp(String reply) {
    assertThatThrownBy(() -> JudgePrompt.score(CHOICE, reply))
        .isInstanceOf(MalformedReplyException.class)
        .hasMessageStartingWith("the reply has no {\"option\": a letter}: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"score\": 0.5} | 0.5",
        "{\"score\": \"1\"} | 1",
        "{\"score\": 1e-1} | 0.1",
        "1 | 1",
        "0.25 | 0.25",
        "**.5** | 0.5"
      })
  void gradesAreNumbersFromZeroToOne(String reply, double score) {
    assertThat(JudgePrompt.score(FREE, reply)).isEqualTo(score);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "-1", "{\"score\": 1.5}", "{\"score\": -0.5}", "1 of 2", "B"})
  void anythingElseIsNoGrade(String reply) {
    assertThatThrownBy(() -> JudgePrompt.score(FREE, reply))
        .isInstanceOf(MalformedReplyException.class)
        .hasMessageStartingWith("the reply has no {\"score\": 0 to 1}: ");
  }
}
