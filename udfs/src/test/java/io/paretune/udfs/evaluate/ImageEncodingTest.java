package io.paretune.udfs.evaluate;

import static io.paretune.udfs.evaluate.DemoQuestions.RESIDENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.paretune.udfs.model.ImageProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Features do not depend on which images are encoded together, so not on shards or cluster. */
class ImageEncodingTest {
  @Test
  void anImageHasTheSameFeaturesAloneAndAmongOthers() {
    List<ImageEncoding.Image> images =
        DemoQuestions.prepared(DemoQuestions.first("train", 200)).stream()
            .map(image -> new ImageEncoding.Image(image.imageId(), image.file()))
            .limit(21)
            .toList();
    ImageEncoding encoding =
        new ImageEncoding(
            RESIDENT.model(), new ImageProcessor(RESIDENT.checkpoint().imageProcessor()));
    List<float[]> together = encoding.encode(images);
    List<float[]> alone = new ArrayList<>();
    images.forEach(image -> alone.addAll(encoding.encode(List.of(image))));

    assertThat(images).hasSize(21);
    for (int i = 0; i < images.size(); i++) {
      assertThat(together.get(i)).as("image %d", i).containsExactly(alone.get(i), within(1e-6f));
    }

    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(() -> encoding.encode(images, () -> asked.incrementAndGet() == 2))
        .as("after the first forward of 16")
        .isInstanceOf(CancelledException.class);
  }
}
