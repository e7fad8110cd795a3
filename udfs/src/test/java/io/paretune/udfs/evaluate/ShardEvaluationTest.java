package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.BENCHMARK;
import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.paretune.udfs.benchmark.Outcome;
import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.model.LayerStack;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** However a benchmark is cut into shards and batches, a candidate gives the same answers. */
class ShardEvaluationTest {
  private static final List<Sample> QUESTIONS = DemoQuestions.first("val", 300);
  private static final LayerStack DENSE = RESIDENT.model().dense();

  private static Map<String, Outcome> byId(List<Outcome> outcomes) {
    return outcomes.stream().collect(Collectors.toMap(Outcome::sampleId, Function.identity()));
  }

  private static List<Outcome> answers(LayerStack layers, PreparedShard shard, int batch) {
    return new ShardEvaluation(RESIDENT.model(), BENCHMARK, batch).run(layers, shard, () -> false);
  }

  private static Map<String, Outcome> answers(LayerStack layers, int batch) {
    return byId(answers(layers, DemoQuestions.shard(QUESTIONS), batch));
  }

  /** The questions in another order, their images dealt out to shards. */
  private static Map<String, Outcome> inShards(LayerStack layers, int shards, int batch) {
    List<Sample> shuffled = new ArrayList<>(QUESTIONS);
    Collections.shuffle(shuffled, new Random(shards));
    List<PreparedImage> images = DemoQuestions.prepared(shuffled);
    List<Outcome> all = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      int shard = s;
      List<PreparedImage> own =
          IntStream.range(0, images.size())
              .filter(i -> i % shards == shard)
              .mapToObj(images::get)
              .toList();
      all.addAll(answers(layers, DemoQuestions.shard(s, own), batch));
    }
    return byId(all);
  }

  private static LayerStack bits(int bits) {
    return new LayerStack(
        DENSE.weights(), CompressionProfile.uniform(CriterionName.WANDA, 8, 0, bits, bits));
  }

  private static void assertSame(Map<String, Outcome> actual, Map<String, Outcome> expected) {
    assertThat(actual).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (id, e) -> {
          assertThat(actual.get(id).prediction()).as(id).isEqualTo(e.prediction());
          assertThat(doubles(actual.get(id))).as(id).containsExactly(doubles(e), within(1e-4));
        });
  }

  private static double[] doubles(Outcome outcome) {
    return outcome.optionLogProbabilities().stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double agreement(Map<String, Outcome> a, Map<String, Outcome> b) {
    assertThat(a).containsOnlyKeys(b.keySet());
    return b.values().stream()
        .mapToDouble(o -> a.get(o.sampleId()).prediction().equals(o.prediction()) ? 1 : 0)
        .average()
        .orElseThrow();
  }

  @Test
  void denseAnswersDependOnNeitherBatchNorOrderNorShards() {
    Map<String, Outcome> expected = answers(DENSE, 32);

    assertThat(expected.values().stream().filter(Outcome::correct).count())
        .as("right answers of 300; the model scores .928 on the whole split")
        .isBetween(275L, 300L);
    assertSame(answers(DENSE, 1), expected);
    assertSame(inShards(DENSE, 1, 32), expected);
    assertSame(inShards(DENSE, 2, 7), expected);
    assertSame(inShards(DENSE, 5, 32), expected);
  }

  @Test
  void quantizedCachesGiveTheSameAnswersToo() {
    Map<String, Outcome> four = answers(bits(4), 32);
    assertThat(agreement(answers(bits(4), 1), four)).isGreaterThanOrEqualTo(0.998);
    Map<String, Outcome> three = answers(bits(3), 32);
    assertThat(agreement(inShards(bits(3), 5, 16), three)).isGreaterThanOrEqualTo(0.998);
  }

  @Test
  void aProfileThatDoesNothingIsTheDenseModelToTheBit() throws InterruptedException {
    CompressionProfile nothing =
        CompressionProfile.of(
            CriterionName.MAGNITUDE,
            IntStream.range(0, 8).mapToObj(i -> LayerPlan.of(i, 0, 16, 16)).toList());
    try (ResidentModel.Candidate candidate = Candidates.lend(nothing)) {
      assertThat(answers(candidate.layers(), 32)).isEqualTo(answers(DENSE, 32));
    }
  }

  @Test
  void theSameRunIsTheSameToTheBit() {
    assertThat(answers(bits(3), 16)).isEqualTo(answers(bits(3), 16));
  }

  @Test
  void stopsBetweenBatchesWhenCancelled() {
    AtomicInteger asked = new AtomicInteger();
    ShardEvaluation evaluation = new ShardEvaluation(RESIDENT.model(), BENCHMARK, 16);

    assertThatThrownBy(
            () ->
                evaluation.run(
                    DENSE, DemoQuestions.shard(QUESTIONS), () -> asked.incrementAndGet() == 3))
        .isInstanceOf(CancelledException.class)
        .hasMessage("the evaluation was cancelled");
    assertThat(asked).hasValue(3);
  }

  @Test
  void refusesAnEmptyBatch() {
    assertThatThrownBy(() -> new ShardEvaluation(RESIDENT.model(), BENCHMARK, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch has at least one question, was 0");
  }
}
