package io.paretune.jobs.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.paretune.jobs.racing.Race;
import io.paretune.udfs.benchmark.Benchmark;
import io.paretune.udfs.benchmark.BenchmarkFormat;
import io.paretune.udfs.benchmark.Gains;
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
 * What races compare: sums over images that are the benchmarks' own scores, metrics that are no
 * means among them, and ratios that are not.
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
                    .answered(s, random.nextInt(4) == 0 ? "C no" : questions.benchmark().target(s)))
        .toList();
  }

  /** What each image adds to a score that is one sum. */
  private static Map<String, Double> sums(Gains gains) {
    assertThat(gains.parts()).containsOnlyKeys("");
    Map<String, Double> sums = new HashMap<>();
    gains.parts().getOrDefault("", Map.of()).forEach((image, g) -> sums.put(image, g.numerator()));
    return sums;
  }

  private static double sum(Map<String, Double> values) {
    return values.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  @ParameterizedTest
  @MethodSource("additive")
  void whatAnswersAddIsTheScoreHoweverTheyArrive(Benchmark benchmark) {
    QuestionImages questions = questions(benchmark);
    Map<String, Double> best = sums(questions.allRight());
    for (int seed = 0; seed < 20; seed++) {
      List<Outcome> outcomes = answers(questions, new Random(seed));
      Map<String, Double> all = sums(questions.gains(outcomes));
      assertThat(sum(all) / sum(best))
          .isCloseTo(benchmark.score(Tally.of(outcomes)).value(), within(1e-9));
      assertThat(all.keySet()).isEqualTo(best.keySet());
      all.forEach(
          (image, gain) -> assertThat(gain).isBetween(0.0, best.getOrDefault(image, -1.0) + 1e-9));
      Map<String, Double> byRung = new HashMap<>();
      for (int rung = 0; rung < 3; rung++) {
        int own = rung;
        // As shards have it: what is judged together is in one of them.
        sums(questions.gains(outcomes.stream().filter(o -> place(o) % 3 == own).toList()))
            .forEach((image, gain) -> assertThat(byRung.put(image, gain)).isNull());
      }
      assertThat(byRung.keySet()).isEqualTo(all.keySet());
      byRung.forEach(
          (image, gain) -> assertThat(gain).isCloseTo(all.getOrDefault(image, -1.0), within(1e-9)));
    }
  }

  private static int place(Outcome outcome) {
    return Integer.parseInt(outcome.imageId().replaceAll("^image(\\d+).*", "$1"));
  }

  @Test
  void aPlainMeansAnswersAddTheirCredit() {
    QuestionImages questions = questions(benchmark(BenchmarkFormat.GQA, Protocol.LLAVA));
    assertThat(sums(questions.allRight()))
        .containsEntry("image0/", 1.0)
        .containsEntry("image3/", 4.0);
  }

  /** Metrics that are no means: MME's pairs, MMBench's rotations, F1, and all kinds together. */
  static Stream<Benchmark> noMeans() {
    return Stream.of(
        benchmark(BenchmarkFormat.MME, Protocol.LLAVA),
        benchmark(BenchmarkFormat.MM_BENCH, Protocol.LLAVA),
        benchmark(BenchmarkFormat.POPE, Protocol.LLAVA),
        weighted(Protocol.LLAVA));
  }

  /**
   * Looked at after each third of the images and at the end: of trials whose score on all questions
   * is no lower than the rival's at most one in ten is stopped.
   */
  @ParameterizedTest
  @MethodSource("noMeans")
  void aTrialWhoseScoreIsNoLowerIsRarelyStopped(Benchmark benchmark) {
    QuestionImages questions = questions(benchmark);
    Random random = new Random(9);
    int races = 0;
    int wrong = 0;
    while (races < 150) {
      List<Outcome> own = answers(questions, random);
      List<Outcome> rival = answers(questions, random);
      double lead = score(questions, own) - score(questions, rival);
      if (lead >= 0 && lead < 0.03) {
        races++;
        int shift = random.nextInt(3);
        Race race =
            new Race(0.9, questions.allRight(), List.of(new Race.Rival(0, questions.gains(rival))));
        boolean stopped = false;
        for (int rung = 0; rung < 3; rung++) {
          int at = (rung + shift) % 3;
          stopped |=
              race.isBeatenAfter(
                  questions.gains(own.stream().filter(o -> place(o) % 3 == at).toList()));
        }
        wrong += stopped ? 1 : 0;
      }
    }
    assertThat(wrong).as("of %d, with a confidence of 0.9", races).isLessThanOrEqualTo(15);
  }

  @Test
  void aRatioWhoseDenominatorDependsOnTheAnswersIsAPartOfItsOwn() {
    assertThat(questions(weighted(Protocol.LLAVA)).allRight().parts())
        .containsOnlyKeys("", "pope/count", "pope/OCR");
  }

  /**
   * POPE of some images, six questions each in every category, half of them about what is there.
   */
  private static QuestionImages pope(int images) {
    Map<String, Sample> byId = new HashMap<>();
    for (int i = 0; i < images; i++) {
      for (String category : List.of("adversarial", "popular", "random")) {
        for (int q = 0; q < 6; q++) {
          String id = category + i + "-" + q;
          String right = q % 2 == 0 ? "yes" : "no";
          byId.put(
              id,
              new Sample("image" + i + id, "image" + i, "?", List.of(), List.of(right), category));
        }
      }
    }
    return new QuestionImages(benchmark(BenchmarkFormat.POPE, Protocol.LLAVA), byId, List.of(0));
  }

  /** Answers of which this share is right. */
  private static List<Outcome> popeAnswers(QuestionImages questions, Random random, double right) {
    return questions.samples().values().stream()
        .map(
            s -> {
              boolean yes = s.answers().get(0).equals("yes") == (random.nextDouble() < right);
              return questions.benchmark().answered(s, yes ? "Yes" : "No");
            })
        .toList();
  }

  private static double score(QuestionImages questions, List<Outcome> outcomes) {
    return questions.benchmark().score(Tally.of(outcomes)).value();
  }

  /** Whether a race that is looked at after each tenth of the images stops the trial. */
  private static boolean stopped(
      QuestionImages questions, int images, List<Outcome> own, List<Outcome> rival) {
    Race race =
        new Race(0.9, questions.allRight(), List.of(new Race.Rival(0, questions.gains(rival))));
    for (int step = 0; step < 10; step++) {
      int at = step;
      if (race.isBeatenAfter(
          questions.gains(own.stream().filter(o -> place(o) * 10 / images == at).toList()))) {
        return step < 9;
      }
    }
    return false;
  }

  @Test
  void aTrialWhoseF1IsNoLowerIsRarelyStoppedAndOneThatIsMuchWorseIs() {
    int images = 60;
    QuestionImages questions = pope(images);
    Random random = new Random(4);
    int races = 0;
    int wrong = 0;
    while (races < 200) {
      List<Outcome> own = popeAnswers(questions, random, 0.8);
      List<Outcome> rival = popeAnswers(questions, random, 0.8);
      double lead = score(questions, own) - score(questions, rival);
      if (lead >= 0 && lead < 0.01) { // the hardest case: about as good
        races++;
        wrong += stopped(questions, images, own, rival) ? 1 : 0;
      }
    }
    assertThat(wrong).as("of %d, with a confidence of 0.9", races).isLessThanOrEqualTo(20);
    int right = 0;
    for (int r = 0; r < 20; r++) {
      List<Outcome> bad = popeAnswers(questions, random, 0.6);
      right += stopped(questions, images, bad, popeAnswers(questions, random, 0.85)) ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(18);
  }
}
