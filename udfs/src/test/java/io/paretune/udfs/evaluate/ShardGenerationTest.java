package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.BENCHMARK;
import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.GenerationRules;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Tokenizer;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.model.StopRules;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import java.util.Arrays;
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
      LayerStack layers, List<Sample> questions, int batch) {
    return generation(batch).run(layers, DemoQuestions.shard(questions), () -> false).stream()
        .collect(Collectors.toMap(Outcome::sampleId, Function.identity()));
  }

  private static ShardGeneration generation(int batch) {
    return new ShardGeneration(
        RESIDENT.model(), RESIDENT.checkpoint().tokenizer(), BENCHMARK, batch);
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
  void aStopThatSpansTokensEndsAnAnswerAsSoonAsItIsThere() {
    Tokenizer tokenizer = RESIDENT.checkpoint().tokenizer();
    GenerationRules rules = new GenerationRules(100, List.of("zzz", "right of"));
    long[] tokens = tokenizer.encode("It is right of the ball");
    StopRules stop = ShardGeneration.stopRules(tokenizer, List.of(7L), rules);
    int length = 1;
    while (!stop.endsAfter().test(Arrays.copyOf(tokens, length))) {
      length++;
    }
    assertThat(tokenizer.decode(Arrays.copyOf(tokens, length))).endsWith("right of");
    assertThat(tokenizer.decode(Arrays.copyOf(tokens, length - 1))).doesNotContain("right of");
    assertThat(rules.cut(tokenizer.decode(tokens)).strip()).isEqualTo("It is");
    assertThat(stop.endTokens()).containsExactly(7L);
    assertThat(stop.maxTokens()).isEqualTo(100);
    assertThat(
            ShardGeneration.stopRules(tokenizer, List.of(), new GenerationRules(5, List.of()))
                .endsAfter()
                .test(tokens))
        .isFalse();
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> generation(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch has at least one question, was 0");
  }

  @Test
  void stopsBetweenStepsWhenCancelled() {
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(
            () ->
                generation(8)
                    .run(DENSE, DemoQuestions.shard(QUESTIONS), () -> asked.incrementAndGet() == 3))
        .isInstanceOf(CancelledException.class)
        .hasMessage("the evaluation was cancelled");
    assertThat(asked).hasValue(3);
  }
}
