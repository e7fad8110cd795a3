package io.paretune.udfs.checkpoint;

import io.paretune.udfs.checkpoint.ImageProcessorConfig.Colour;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Exactly;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Normalization;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Resampling;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Resize;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Size;
import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code preprocessor_config.json}, or the {@code image_processor} of {@code
 * processor_config.json}: the settings of transformers' CLIPImageProcessor, and of
 * LlavaImageProcessor, which can also pad to a square. Absent keys take that class's defaults.
 */
final class ImageProcessorJson {
  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

  /** In the order of Pillow's numbers. */
  private static final List<Resampling> PILLOW =
      List.of(
          Resampling.NEAREST,
          Resampling.LANCZOS,
          Resampling.BILINEAR,
          Resampling.BICUBIC,
          Resampling.BOX,
          Resampling.HAMMING);

  private static final int CLIP_SIDE = 224;
  private static final int MAX_SIDE = 1 << 14;

  private final Problems problems = new Problems();

  private ImageProcessorJson() {}

  /**
   * Reads the settings of a model directory.
   *
   * @throws InvalidInputException with everything that is wrong
   */
  static ImageProcessorConfig read(Path directory) {
    return new ImageProcessorJson().load(directory);
  }

  private ImageProcessorConfig load(Path directory) {
    Path nested = directory.resolve("processor_config.json");
    Path plain = directory.resolve("preprocessor_config.json");
    JsonKeys keys = null;
    // As transformers 5: the processor's own file counts before the older one.
    if (Files.exists(nested)) {
      JsonKeys processor = JsonKeys.read(nested, problems);
      if (processor.has("image_processor")) {
        keys = processor.object("image_processor");
      }
    }
    return config(keys == null ? JsonKeys.read(plain, problems) : keys);
  }

  private ImageProcessorConfig config(JsonKeys keys) {
    String type = keys.text("image_processor_type", "CLIPImageProcessor");
    String name = type.replaceAll("(Fast|Pil)$", "");
    boolean llava = name.equals("LlavaImageProcessor");
    if (!llava && !name.equals("CLIPImageProcessor")) {
      keys.note(
          "image_processor_type",
          "is \"" + type + "\"; this version can run CLIPImageProcessor, LlavaImageProcessor",
          "");
    }
    List<Double> mean = keys.colours("image_mean", CLIP_MEAN);
    List<Double> std = keys.colours("image_std", CLIP_STD);
    if (std.contains(0.0)) {
      keys.note("image_std", "must not be 0", "");
      std = CLIP_STD;
    }
    Optional<Colour> padding = Optional.empty();
    if (llava && keys.flag("do_pad", false)) {
      padding =
          Optional.of(
              new Colour(
                  level(keys, mean.get(0)), level(keys, mean.get(1)), level(keys, mean.get(2))));
    }
    Optional<Resize> resize =
        keys.flag("do_resize", true) ? Optional.of(resize(keys)) : Optional.empty();
    Optional<Size> crop =
        keys.flag("do_center_crop", true) ? Optional.of(crop(keys)) : Optional.empty();
    Optional<Double> rescale =
        keys.flag("do_rescale", true)
            ? Optional.of(keys.positive("rescale_factor", 1 / 255.0))
            : Optional.empty();
    Optional<Normalization> normalization =
        keys.flag("do_normalize", true)
            ? Optional.of(new Normalization(mean, std))
            : Optional.empty();
    Resampling resampling = PILLOW.get((int) keys.whole("resample", 3L, 0, PILLOW.size() - 1L));
    problems.throwIfAny();
    return new ImageProcessorConfig(padding, resize, resampling, crop, rescale, normalization);
  }

  private static int level(JsonKeys keys, double mean) {
    int level = (int) (mean * 255);
    if (level < 0 || level > 255) {
      keys.note("image_mean", "must be in [0, 1] to be a colour to pad with, was " + mean, "");
      return 0;
    }
    return level;
  }

  /** Either {@code shortest_edge}, or {@code height} and {@code width}, or one number. */
  private static Resize resize(JsonKeys keys) {
    if (isNumber(keys, "size")) {
      return new ShortestEdge(side(keys, "size", CLIP_SIDE));
    }
    JsonKeys size = keys.object("size");
    for (String other : List.of("longest_edge", "max_height", "max_width")) {
      if (size.has(other)) {
        size.note(other, "is not known to this version", "give shortest_edge or height and width");
      }
    }
    if (size.has("height") || size.has("width")) {
      return new Exactly(new Size(side(size, "height", null), side(size, "width", null)));
    }
    return new ShortestEdge(side(size, "shortest_edge", CLIP_SIDE));
  }

  private static Size crop(JsonKeys keys) {
    if (isNumber(keys, "crop_size")) {
      int side = side(keys, "crop_size", CLIP_SIDE);
      return new Size(side, side);
    }
    if (!keys.has("crop_size")) {
      return new Size(CLIP_SIDE, CLIP_SIDE);
    }
    JsonKeys size = keys.object("crop_size");
    return new Size(side(size, "height", null), side(size, "width", null));
  }

  private static boolean isNumber(JsonKeys keys, String key) {
    var found = keys.find(key);
    return found != null && found.isJsonPrimitive();
  }

  private static int side(JsonKeys keys, String key, @Nullable Integer absent) {
    return (int) keys.whole(key, absent == null ? null : (long) absent, 1, MAX_SIDE);
  }
}
