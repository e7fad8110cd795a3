package io.paretune.udfs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.benchmark.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class QuestionBatchesTest {
  private static PreparedImage image(int id, int questions, Random random) {
    List<PreparedQuestion> all = new ArrayList<>();
    for (int q = 0; q < questions; q++) {
      Sample sample =
          new Sample("q%d-%d".formatted(id, q), "image" + id, "?", List.of("a"), List.of("a"), "");
      all.add(
          new PreparedQuestion(
              sample,
              new long[1 + random.nextInt(9)],
              List.of(new long[1 + random.nextInt(3)]),
              new long[] {1}));
    }
    return new PreparedImage("image" + id, new float[] {0}, 1, all);
  }

  private static List<PreparedImage> images(long seed, int count) {
    Random random = new Random(seed);
    List<PreparedImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(image(i, 1 + random.nextInt(12), random));
    }
    return images;
  }

  private static List<String> asked(QuestionBatches.Batch batch) {
    return batch.forwards().stream()
        .flatMap(List::stream)
        .flatMap(List::stream)
        .map(q -> q.sample().sampleId())
        .toList();
  }

  @Property(tries = 200)
  void everyQuestionIsAskedOnceAndNoForwardIsTooLarge(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 20) int count,
      @ForAll @IntRange(min = 1, max = 40) int wanted) {
    List<PreparedImage> images = images(seed, count);
    List<QuestionBatches.Batch> batches = QuestionBatches.of(images, wanted);

    assertThat(batches.stream().flatMap(b -> asked(b).stream()))
        .containsExactlyInAnyOrderElementsOf(
            images.stream()
                .flatMap(i -> i.questions().stream())
                .map(q -> q.sample().sampleId())
                .toList());
    for (QuestionBatches.Batch batch : batches) {
      for (List<List<PreparedQuestion>> forward : batch.forwards()) {
        assertThat(forward).hasSameSizeAs(batch.images());
        assertThat(forward.stream().mapToInt(List::size).sum()).isBetween(1, wanted);
        for (int i = 0; i < forward.size(); i++) {
          assertThat(batch.images().get(i).questions()).containsAll(forward.get(i));
        }
      }
    }
  }

  @Property(tries = 100)
  void theOrderOfTheImagesDoesNotMatter(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int wanted) {
    List<PreparedImage> images = images(seed, 12);
    List<PreparedImage> shuffled = new ArrayList<>(images);
    Collections.shuffle(shuffled, new Random(~seed));

    assertThat(QuestionBatches.of(shuffled, wanted)).isEqualTo(QuestionBatches.of(images, wanted));
  }

  @Test
  void aBigImageHasItsPrefixRunOnceForSeveralForwards() {
    PreparedImage big = image(0, 7, new Random(1));
    PreparedImage small = image(1, 2, new Random(2));

    List<QuestionBatches.Batch> batches = QuestionBatches.of(List.of(small, big), 3);

    assertThat(batches).hasSize(2);
    assertThat(batches.get(0).images()).containsExactly(big);
    assertThat(batches.get(0).forwards())
        .extracting(forward -> forward.get(0).size())
        .containsExactly(3, 3, 1);
    assertThat(batches.get(1).images()).containsExactly(small);
    List<Integer> rows =
        IntStream.range(0, 3)
            .mapToObj(f -> batches.get(0).forwards().get(f).get(0))
            .flatMap(List::stream)
            .map(PreparedQuestion::rows)
            .toList();
    assertThat(rows).as("alike lengths together").isSorted();
  }

  @Test
  void refusesAnEmptyBatch() {
    assertThatThrownBy(() -> QuestionBatches.of(List.of(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch has at least one question, was 0");
  }
}
