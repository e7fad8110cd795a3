package io.paretune.jobs.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Protocol;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.benchmark.Tally;
import io.paretune.udfs.benchmark.WeightedBenchmarks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What races compare: sums over images that order trials as the benchmarks' own scores do, metrics
 * that are no means among them.
 */
class QuestionImagesTest {
  private static final int IMAGES = 30;

  private static Benchmark benchmark(BenchmarkFormat format, Protocol protocol) {
    return format.benchmark(format.key(), protocol);
  }

  private static WeightedBenchmarks weighted(Protocol protocol) {
    return new WeightedBenchmarks(
        List.of(
            new WeightedBenchmarks.Part(benchmark(BenchmarkFormat.GQA, protocol), 3),
            new WeightedBenchmarks.Part(benchmark(BenchmarkFormat.POPE, protocol), 1),
            new WeightedBenchmarks.Part(benchmark(BenchmarkFormat.MME, protocol), 2)));
  }

  static Stream<Benchmark> additive() {
    return Stream.of(
        benchmark(BenchmarkFormat.GQA, Protocol.LLAVA),
        benchmark(BenchmarkFormat.POPE, Protocol.LMMS_EVAL),
        benchmark(BenchmarkFormat.MME, Protocol.LLAVA),
        benchmark(BenchmarkFormat.MM_BENCH, Protocol.LLAVA),
        weighted(Protocol.LMMS_EVAL));
  }

  /** Images with different numbers of questions, in categories of different sizes. */
  private static List<Sample> samples(String format) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      String category = i % 5 == 0 ? "OCR" : "count";
      int asked = format.equals("mme") ? 2 : format.equals("mmbench") ? 3 : 1 + i % 4;
      for (int q = 0; q < asked; q++) {
        boolean rotated = format.equals("mmbench");
        // Rotations of one question come with image files of their own.
        String image = "image" + (rotated && i % 3 == 0 ? i + "-" + q : i);
        samples.add(
            new Sample(
                format,
                rotated ? String.valueOf(q * 1_000_000 + i) : format + i + "-" + q,
                image,
                "?",
                "",
                rotated ? List.of("x", "y", "z") : List.of(),
                List.of(rotated ? "B" : q % 2 == 0 ? "yes" : "no"),
                category,
                format.equals("mme") ? "m" + i : rotated ? String.valueOf(i) : "",
                ""));
      }
    }
    return samples;
  }

  private static QuestionImages questions(Benchmark benchmark) {
    Map<String, Sample> byId = new HashMap<>();
    Stream.of(benchmark.name().split("\\+"))
        .flatMap(name -> samples(name).stream())
        .forEach(s -> byId.put(s.sampleId(), s));
    return new QuestionImages(benchmark, byId, List.of(0, 1, 2));
  }

  private static List<Outcome> answers(QuestionImages questions, Random random) {
    return questions.samples().values().stream()
        .map(
            s ->
                questions
                    .benchmark()
                    .answered(
                        s, random.nextInt(4) == 0 ? "C no" : questions.benchmark().target(s)))
        .toList();
  }

  private static double sum(Map<String, Double> values) {
    return values.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  @ParameterizedTest
  @MethodSource("additive")
  void whatAnswersAreWorthAddsUpToTheScoreHoweverTheyArrive(Benchmark benchmark) {
    QuestionImages questions = questions(benchmark);
    assertThat(benchmark.addsUp()).isTrue();
    for (int seed = 0; seed < 20; seed++) {
      List<Outcome> outcomes = answers(questions, new Random(seed));
      Map<String, Double> all = questions.scores(outcomes);
      assertThat(sum(all) / sum(questions.worth()))
          .isCloseTo(benchmark.score(Tally.of(outcomes)).value(), within(1e-9));
      assertThat(all.keySet()).isEqualTo(questions.worth().keySet());
      all.forEach(
          (image, worth) ->
              assertThat(worth).isBetween(0.0, questions.worth().getOrDefault(image, -1.0) + 1e-9));
      Map<String, Double> byRung = new HashMap<>();
      for (int rung = 0; rung < 3; rung++) {
        int own = rung;
        // As shards have it: what is judged together is in one of them.
        questions
            .scores(outcomes.stream().filter(o -> place(o) % 3 == own).toList())
            .forEach((image, worth) -> assertThat(byRung.put(image, worth)).isNull());
      }
      assertThat(byRung.keySet()).isEqualTo(all.keySet());
      byRung.forEach(
          (image, worth) ->
              assertThat(worth).isCloseTo(all.getOrDefault(image, -1.0), within(1e-9)));
    }
  }

  private static int place(Outcome outcome) {
    return Integer.parseInt(outcome.imageId().substring("image".length()).split("-")[0]);
  }

  @Test
  void aPlainMeansAnswersAreWorthTheirCredit() {
    QuestionImages questions = questions(benchmark(BenchmarkFormat.GQA, Protocol.LLAVA));
    assertThat(questions.worth()).containsEntry("image0/", 1.0).containsEntry("image3/", 4.0);
  }

  @Test
  void whereTheDenominatorDependsOnTheAnswersNoSumOverImagesIsTheScore() {
    assertThat(benchmark(BenchmarkFormat.POPE, Protocol.LLAVA).addsUp()).isFalse();
    assertThat(weighted(Protocol.LLAVA).addsUp()).isFalse();
  }
}
