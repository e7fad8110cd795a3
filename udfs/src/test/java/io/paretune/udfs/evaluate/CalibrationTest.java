package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.paretune.udfs.benchmark.Sample;
import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.model.InputSite;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.prune.ActivationStatistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final int LAYERS = 8;
  private static final List<Sample> QUESTIONS = DemoQuestions.first("train", 24);

  private static ActivationStatistics measured(List<PreparedImage> images) {
    return Calibration.measure(RESIDENT.model(), DemoQuestions.shard(0, images));
  }

  /** The golden is of transformers; {@code src/test/python/make_calibration_golden.py}. */
  @Test
  void isWhatTransformersLayersSee() {
    ActivationStatistics statistics = measured(DemoQuestions.prepared(QUESTIONS));

    for (int layer = 0; layer < LAYERS; layer++) {
      for (Projection p : List.of(Projection.Q, Projection.O, Projection.GATE, Projection.DOWN)) {
        float[] expected = Goldens.floats("calibration.safetensors", layer + "/" + p.key());
        float[] actual = statistics.meanSquare(layer, p);
        assertThat(actual).hasSameSizeAs(expected);
        for (int c = 0; c < expected.length; c++) {
          assertThat(Math.abs(actual[c] - expected[c]))
              .as("layer %d, %s, channel %d: %s and %s", layer, p, c, actual[c], expected[c])
              .isLessThanOrEqualTo(1e-6f + 1e-4f * expected[c]);
        }
      }
    }
  }

  @Test
  void countsAnImagesPrefixOnceAndTheRestOncePerQuestion() {
    List<PreparedImage> images = DemoQuestions.prepared(QUESTIONS);
    PreparedShard shard = DemoQuestions.shard(0, images);
    int prefix = shard.textBefore().length + images.get(0).tokens();
    long expected =
        images.stream()
            .mapToLong(
                i ->
                    prefix
                        + i.questions().stream()
                            .mapToLong(q -> q.suffix().length + q.answer().length)
                            .sum())
            .sum();

    ActivationStatistics statistics = Calibration.measure(RESIDENT.model(), shard);

    assertThat(statistics.tokens(0, InputSite.ATTENTION)).isEqualTo(expected);
    assertThat(statistics.tokens(LAYERS - 1, InputSite.MLP_DOWN)).isEqualTo(expected);
  }

  @Test
  void hasTheSameBitsHoweverImagesAreSpread() {
    List<PreparedImage> images =
        new ArrayList<>(DemoQuestions.prepared(DemoQuestions.first("train", 40)));
    assertThat(images).hasSizeGreaterThan(3);
    byte[] together = measured(images).toBytes();

    for (int shards : new int[] {3, images.size()}) {
      Collections.shuffle(images, new Random(shards));
      List<ActivationStatistics> parts = new ArrayList<>();
      for (int s = 0; s < shards; s++) {
        int own = s;
        parts.add(
            measured(
                IntStream.range(0, images.size())
                    .filter(i -> i % shards == own)
                    .mapToObj(i -> reversed(images.get(i)))
                    .toList()));
      }
      assertThat(merged(parts)).as("%d shards", shards).isEqualTo(together);
    }
  }

  private static PreparedImage reversed(PreparedImage image) {
    List<PreparedQuestion> questions = new ArrayList<>(image.questions());
    Collections.reverse(questions);
    return image.asked(questions);
  }

  private static byte[] merged(List<ActivationStatistics> parts) {
    return parts.stream().reduce(ActivationStatistics::merge).orElseThrow().toBytes();
  }
}
