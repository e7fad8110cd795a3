package io.paretune.udfs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.GenericBenchmark;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.WeightedBenchmarks;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnsweringTest {
  private static final GenericBenchmark GENERIC = new GenericBenchmark("generic");
  private static final WeightedBenchmarks BOTH =
      new WeightedBenchmarks(
          List.of(
              new WeightedBenchmarks.Part(GENERIC, 1),
              new WeightedBenchmarks.Part(
                  BenchmarkFormat.POPE.benchmark("pope", Protocol.LMMS_EVAL), 1)));
  private static final Sample CHOICE = sample("generic", List.of("yes", "no"));
  private static final Sample OPEN = sample("generic", List.of());
  private static final Sample POPE = sample("pope", List.of());

  private static Sample sample(String benchmark, List<String> options) {
    return new Sample(benchmark, "q", "i", "?", "", options, List.of("yes"), "", "", "");
  }

  @Test
  void theProtocolDecidesQuestionByQuestion() {
    EvaluationMode protocol = EvaluationMode.PROTOCOL;
    assertThat(protocol.generates(BOTH, CHOICE)).isFalse();
    assertThat(protocol.generates(BOTH, OPEN)).isTrue();
    assertThat(protocol.generates(BOTH, POPE)).as("yes or no, generated as published").isTrue();
    assertThat(EvaluationMode.OPTIONS.generates(BOTH, POPE)).isFalse();
    assertThat(EvaluationMode.GENERATE.generates(BOTH, CHOICE)).isTrue();
  }

  @Test
  void aModeIsCalledByThePlainestNameForItsQuestions() {
    assertThat(EvaluationMode.PROTOCOL.on(GENERIC, List.of(CHOICE, CHOICE)))
        .isEqualTo(EvaluationMode.OPTIONS);
    assertThat(EvaluationMode.PROTOCOL.on(BOTH, List.of(OPEN, POPE)))
        .isEqualTo(EvaluationMode.GENERATE);
    assertThat(EvaluationMode.PROTOCOL.on(BOTH, List.of(CHOICE, POPE)))
        .isEqualTo(EvaluationMode.PROTOCOL);
  }

  @Test
  void namesComeBack() {
    for (EvaluationMode mode : EvaluationMode.values()) {
      assertThat(EvaluationMode.ofKey(mode.key())).isEqualTo(mode);
    }
    assertThatThrownBy(() -> EvaluationMode.ofKey("guess"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no way of answering is \"guess\"");
  }

  @Test
  void eachBenchmarkCanHaveItsOwnWay() {
    Answering each = Answering.ofKey("generic=generate,pope=options");
    assertThat(each.generates(BOTH, CHOICE)).isTrue();
    assertThat(each.generates(BOTH, POPE)).isFalse();
    assertThat(each.key()).isEqualTo("generic=generate,pope=options");
    assertThat(Answering.ofKey("pope=protocol,generic=protocol"))
        .as("all alike need no names")
        .isEqualTo(Answering.of(EvaluationMode.PROTOCOL));
    assertThat(Answering.of(EvaluationMode.PROTOCOL).on(BOTH, List.of(CHOICE, POPE)).key())
        .isEqualTo("generic=options,pope=generate");
    assertThat(each.on(BOTH, List.of(POPE)).key()).isEqualTo("options");
    assertThatThrownBy(() -> each.mode("gqa"))
        .hasMessage("how \"gqa\" is answered is not among generic=generate,pope=options");
    assertThatThrownBy(() -> Answering.ofKey("pope=guess"))
        .hasMessage("no way of answering is \"guess\"");
    assertThatThrownBy(() -> Answering.ofKey("options,pope=generate"))
        .hasMessageStartingWith("every benchmark needs a name");
  }
}
