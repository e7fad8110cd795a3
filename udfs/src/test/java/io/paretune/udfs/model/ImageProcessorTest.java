package io.paretune.udfs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.paretune.udfs.checkpoint.Goldens;
import io.paretune.udfs.checkpoint.ImageProcessorConfig;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Colour;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Normalization;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Resampling;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Size;
import io.paretune.udfs.problem.InvalidInputException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ImageProcessorTest {
  private static final Normalization CLIP =
      new Normalization(
          List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));

  static Stream<String> levels() {
    return Goldens.pixelNames().filter(name -> name.startsWith("56/") || name.startsWith("96/"));
  }

  @ParameterizedTest
  @MethodSource("levels")
  void levelsAreThoseOfPillow(String name) {
    int side = Integer.parseInt(name.substring(0, 2));
    String file = name.substring(3);
    Rgb image = process(file, config(side, side, Resampling.BICUBIC));
    // A resampled PNG is equal to the bit; JPEG decoders may differ in the last bit.
    assertClose(image, Goldens.bytes(name), file.endsWith(".jpg") ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource(Resampling.class)
  void everyFilterIsPillowsAndAnImageSmallerThanTheCropIsPaddedWithBlack(Resampling filter) {
    String golden = filter.name().toLowerCase(Locale.ROOT) + "-40-padded-to-56/large.png";
    assertClose(process("large.png", config(40, 56, filter)), Goldens.bytes(golden), 0);
  }

  @Test
  void valuesAreRescaledAndNormalisedAsTransformersDoes() {
    float[] values =
        new ImageProcessor(config(56, 56, Resampling.BICUBIC))
            .pixels(Goldens.image("large.png"), "large.png");
    assertThat(values).isEqualTo(Goldens.floats("pixels.safetensors", "normalised/56/large.png"));
  }

  @Test
  void paddingToASquareCentresTheImageOnTheColour() {
    var config =
        new ImageProcessorConfig(
            Optional.of(new Colour(122, 116, 104)),
            Optional.empty(),
            Resampling.BICUBIC,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Rgb image = process("narrow.png", config);
    assertThat(image.width()).isEqualTo(150);
    assertThat(image.height()).isEqualTo(150);
    assertThat(image.pixels()).startsWith(122, 116, 104).endsWith(122, 116, 104);
    Rgb plain = ImageFile.decode(Goldens.image("narrow.png"), "narrow.png");
    assertThat(image.pixels()[image.at(65, 77)]).isEqualTo(plain.pixels()[plain.at(0, 77)]);
  }

  @Test
  void anImageTooNarrowToBeResizedIsRefused() {
    Rgb line = new Rgb(1, 2_000_000);
    assertThatThrownBy(
            () -> new ImageProcessor(config(56, 56, Resampling.BICUBIC)).cropped(line, "row 7"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "row 7: is an image of 1 × 2000000 pixels, too narrow: it would become one of"
                + " 56 × 112000000");
    var padded =
        new ImageProcessorConfig(
            Optional.of(new Colour(0, 0, 0)),
            Optional.empty(),
            Resampling.BICUBIC,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThatThrownBy(() -> new ImageProcessor(padded).cropped(line, "row 7"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it would become one of 2000000 × 2000000");
  }

  private static Rgb process(String file, ImageProcessorConfig config) {
    return new ImageProcessor(config).cropped(ImageFile.decode(Goldens.image(file), file), file);
  }

  private static ImageProcessorConfig config(int shortest, int crop, Resampling filter) {
    return new ImageProcessorConfig(
        Optional.empty(),
        Optional.of(new ShortestEdge(shortest)),
        filter,
        Optional.of(new Size(crop, crop)),
        Optional.of(1 / 255.0),
        Optional.of(CLIP));
  }

  /** The golden is (3, S, S), the image (S, S, 3). */
  private static void assertClose(Rgb image, byte[] golden, int most) {
    int plane = image.width() * image.height();
    assertThat(golden).hasSize(Rgb.CHANNELS * plane);
    int furthest = 0;
    for (int i = 0; i < golden.length; i++) {
      int level = image.pixels()[(i % plane) * Rgb.CHANNELS + i / plane] & 0xff;
      furthest = Math.max(furthest, Math.abs(level - (golden[i] & 0xff)));
    }
    assertThat(furthest).as("largest difference in grey levels").isLessThanOrEqualTo(most);
  }
}
