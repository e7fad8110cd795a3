package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.BENCHMARK;
import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Generated answers depend on neither batch nor order, and end where they should. */
class ShardGenerationTest {
  private static final List<Sample> QUESTIONS = DemoQuestions.first("val", 240);
  private static final LayerStack DENSE = RESIDENT.model().dense();

  private static Map<String, Outcome> answers(
      LayerStack layers, List<Sample> questions, int batch, int maxTokens, StopStrings stops) {
    return new ShardGeneration(
            RESIDENT.model(), RESIDENT.checkpoint().tokenizer(), BENCHMARK, batch, maxTokens, stops)
        .run(layers, DemoQuestions.shard(questions), () -> false).stream()
            .collect(Collectors.toMap(Outcome::sampleId, Function.identity()));
  }

  private static Map<String, Outcome> answers(
      LayerStack layers, List<Sample> questions, int batch) {
    return answers(layers, questions, batch, 8, StopStrings.NONE);
  }

  @Test
  void everyNumberOfBitsGivesTheSameTextInEveryBatch() {
    List<Sample> few = QUESTIONS.subList(0, 48);
    for (int bits : LayerPlan.KV_BITS) {
      List<Sample> questions = bits == 16 ? QUESTIONS : few;
      LayerStack layers =
          new LayerStack(
              DENSE.weights(), CompressionProfile.uniform(CriterionName.WANDA, 8, 0, bits, bits));
      Map<String, Outcome> together = answers(layers, questions, 64);
      assertThat(together).hasSize(questions.size());
      assertThat(answers(layers, questions, 1)).as("%d bits, one by one", bits).isEqualTo(together);
      assertThat(answers(layers, questions, 5))
          .as("%d bits, five at once", bits)
          .isEqualTo(together);
    }
  }

  @Test
  void answersAreRightAsOftenAsTheModelIs() {
    Map<String, Outcome> answers = answers(DENSE, QUESTIONS, 64);
    assertThat(answers.values().stream().filter(Outcome::correct).count())
        .as("right answers of 240; the model scores .928 on the whole split")
        .isBetween(215L, 240L);
    assertThat(answers.values())
        .allSatisfy(
            o -> {
              assertThat(o.optionLogProbabilities()).isEmpty();
              assertThat(o.prediction()).isEqualTo(o.prediction().strip());
            });
  }

  @Test
  void aStopStringEndsAnAnswerBeforeIt() {
    List<Sample> few = QUESTIONS.subList(0, 24);
    Map<String, Outcome> whole = answers(DENSE, few, 8, 8, StopStrings.NONE);
    Map<String, Outcome> cut = answers(DENSE, few, 8, 8, new StopStrings(List.of("e", "zzz")));
    assertThat(whole.values()).anyMatch(o -> o.prediction().contains("e"));
    whole.forEach(
        (id, o) ->
            assertThat(cut.get(id).prediction())
                .isEqualTo(o.prediction().split("e", 2)[0].strip()));
  }

  @Test
  void aStopStringCanSpanTokensAndTheFirstCounts() {
    StopStrings stops = new StopStrings(List.of("\n\n", "USER:"));
    assertThat(stops.in("yes\nUSER")).isFalse();
    assertThat(stops.in("yes USER: why")).isTrue();
    assertThat(stops.cut("yes USER: why\n\n")).isEqualTo("yes ");
    assertThat(stops.cut("yes\n\n USER:")).isEqualTo("yes");
    assertThat(stops.cut("yes")).isEqualTo("yes");
    assertThatThrownBy(() -> new StopStrings(List.of("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an empty text would end every answer");
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> answers(DENSE, QUESTIONS, 8, 0, StopStrings.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch has at least one question and an answer one token, were 8 and 0");
  }

  @Test
  void stopsBetweenStepsWhenCancelled() {
    AtomicInteger asked = new AtomicInteger();
    ShardGeneration generation =
        new ShardGeneration(
            RESIDENT.model(),
            RESIDENT.checkpoint().tokenizer(),
            BENCHMARK,
            8,
            32,
            StopStrings.NONE);
    assertThatThrownBy(
            () ->
                generation.run(
                    DENSE, DemoQuestions.shard(QUESTIONS), () -> asked.incrementAndGet() == 3))
        .isInstanceOf(CancelledException.class)
        .hasMessage("the evaluation was cancelled");
    assertThat(asked).hasValue(3);
  }
}
