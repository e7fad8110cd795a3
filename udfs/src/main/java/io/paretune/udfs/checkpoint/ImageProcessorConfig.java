package io.paretune.udfs.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * What is done to an image before the vision encoder sees it, in this order; what is empty is not
 * done. A conversion to RGB comes first in any case, since the encoder takes three channels.
 *
 * @param padToSquare the colour that fills the image up to a square, if it is filled up
 * @param resize the new size
 * @param resampling how pixels are weighed when resizing
 * @param crop the part kept from the middle; where it is larger than the image, black surrounds it
 * @param rescaleFactor what every pixel value 0–255 is multiplied with
 * @param normalization mean and standard deviation of each channel
 */
public record ImageProcessorConfig(
    Optional<Colour> padToSquare,
    Optional<Resize> resize,
    Resampling resampling,
    Optional<Size> crop,
    Optional<Double> rescaleFactor,
    Optional<Normalization> normalization) {

  /** The new size of an image. */
  public sealed interface Resize {}

  /** The shorter side gets {@code pixels}, the longer one as the proportions want. */
  public record ShortestEdge(int pixels) implements Resize {
    public ShortestEdge {
      VisionConfig.requirePositive("shortest_edge", pixels);
    }
  }

  /** Both sides are given. */
  public record Exactly(Size size) implements Resize {}

  /** In pixels. */
  public record Size(int height, int width) {
    public Size {
      VisionConfig.requirePositive("height", height);
      VisionConfig.requirePositive("width", width);
    }
  }

  /** Each 0–255. */
  public record Colour(int red, int green, int blue) {
    public Colour {
      if (((red | green | blue) & ~255) != 0) {
        throw new IllegalArgumentException(
            "a colour's parts are in [0, 255], were %d, %d, %d".formatted(red, green, blue));
      }
    }
  }

  /** Red, green, blue: {@code (x − mean) ÷ std}, on the rescaled value. */
  public record Normalization(List<Double> mean, List<Double> std) {
    public Normalization {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
      if (mean.size() != 3 || std.size() != 3 || std.contains(0.0)) {
        throw new IllegalArgumentException("three means and three deviations other than 0 needed");
      }
    }
  }

  /** Pillow's filters. */
  public enum Resampling {
    NEAREST,
    LANCZOS,
    BILINEAR,
    BICUBIC,
    BOX,
    HAMMING
  }

  /** The size of the result, if it does not depend on the image. */
  public Optional<Size> outputSize() {
    if (crop.isPresent()) {
      return crop;
    }
    return resize.flatMap(
        to -> {
          if (to instanceof Exactly exactly) {
            return Optional.of(exactly.size());
          }
          int side = ((ShortestEdge) to).pixels();
          return padToSquare.map(colour -> new Size(side, side));
        });
  }
}
